const KIB = 1024
const MIB = 1024 * KIB

/** Bytes. Between two hash boundaries a chunk is also cut where it would exceed this, and a record above it is stored in segments of this size. */
export const MAX_CHUNK_BYTES = MIB

/** Bytes. Records above are refused. Four of them at once must fit beside the rest of a process. */
export const MAX_RECORD_BYTES = 256 * MIB

/**
 * Bytes. What the split parameter aims at. Twice as much compresses 0.9 % better and is no faster to cut, hash and seal;
 * half as much costs 1.5 % and twice the work per object (`docs/decisions/0010`).
 */
export const TARGET_CHUNK_BYTES = 128 * KIB

/** Bytes. While the average chunk stays within, the split parameter is inherited from the previous snapshot. */
export const INHERITED_CHUNK_BYTES = { least: 16 * KIB, most: 256 * KIB } as const

/** The split parameter is chosen from the first records in key order: this many, or as many as fit in `SAMPLE_BYTES`. */
export const SAMPLE_RECORDS = 4096
export const SAMPLE_BYTES = 4 * MIB

/** A chunk ends after one record in 2^bits on average; more than 2^20 records of 16 KiB / 2^20 bytes cannot be. */
export const MAX_SPLIT_BITS = 20
