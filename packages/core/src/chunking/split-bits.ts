import { INHERITED_CHUNK_BYTES, MAX_SPLIT_BITS, TARGET_CHUNK_BYTES } from './chunk-limits.ts'

/**
 * The split parameter for records of this average size: a chunk ends after one record in 2^bits on average.
 * `target` is the wished average size of a chunk in bytes (default 128 KiB).
 */
export function splitBitsFor(records: number, bytes: number, target: number = TARGET_CHUNK_BYTES): number {
  if (records === 0 || bytes === 0) return 0
  const perChunk = target / (bytes / records)
  return Math.min(MAX_SPLIT_BITS, Math.max(0, Math.round(Math.log2(perChunk))))
}

/**
 * Whether a collection whose last snapshot was cut with `bits` may go on with them, so that equal records keep equal
 * chunks: while chunks of that many records average between 16 and 256 KiB, or are as small or large as records allow.
 */
export function mayInheritSplitBits(bits: number, records: number, bytes: number): boolean {
  if (records === 0) return true
  const average = (bytes / records) * 2 ** bits
  if (average < INHERITED_CHUNK_BYTES.least) return records < 2 ** bits || bits === MAX_SPLIT_BITS
  return average <= INHERITED_CHUNK_BYTES.most || bits === 0
}
