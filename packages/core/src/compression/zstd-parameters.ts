import zlib, { type ZstdOptions } from 'node:zlib'

const { constants } = zlib

/** zstd's own smallest buffer. */
const MIN_CHUNK = 64

/**
 * At level 1: of 128 KiB of COPY text 34.65 % instead of 34.94 % at the same speed, because a table of 2^15 entries still
 * lies in the processor's first caches, and matches below 6 bytes cost more than they save (`docs/decisions/0010`).
 */
const LEVEL_1 = { [constants.ZSTD_c_hashLog]: 15, [constants.ZSTD_c_minMatch]: 6 }

/**
 * Options for one buffer at once. Telling the size beforehand and giving one output buffer makes 64 KiB at level 1 1.7
 * times faster: no second context, no copying of pieces. Half of the size is enough for nearly all, and half to collect.
 */
export function zstdOptions(plainBytes: number, level: number): ZstdOptions {
  return {
    pledgedSrcSize: plainBytes,
    chunkSize: Math.max(plainBytes >> 1, MIN_CHUNK),
    params: { [constants.ZSTD_c_compressionLevel]: level, ...(level === 1 ? LEVEL_1 : {}) },
  }
}

/**
 * Options for a delta against `base`. The window must cover base and content, and the hash table must hold the whole base,
 * or most of the gain is lost (zstd's defaults for 64 KiB: deltas of a chunk with two changed rows 10 times as big).
 */
export function zstdDeltaOptions(plainBytes: number, base: Buffer): ZstdOptions {
  return {
    pledgedSrcSize: plainBytes,
    // Most deltas are below 1 KiB.
    chunkSize: 4096,
    dictionary: base,
    params: {
      [constants.ZSTD_c_compressionLevel]: 1,
      [constants.ZSTD_c_windowLog]: Math.max(20, Math.ceil(Math.log2(plainBytes + base.length))),
      [constants.ZSTD_c_hashLog]: 18,
    },
  }
}

/**
 * Options for decompressing into exactly `plainBytes`; more is an error, so a small input cannot fill the memory. One byte of
 * room is left: of a buffer that is full zlib cannot know whether more is to come, and makes another of the same size.
 */
export function zstdDecompressOptions(plainBytes: number, base?: Buffer): ZstdOptions {
  return {
    chunkSize: Math.max(plainBytes + 1, MIN_CHUNK),
    maxOutputLength: plainBytes,
    ...(base === undefined ? {} : { dictionary: base }),
  }
}
