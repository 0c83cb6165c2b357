import type { ObjectId } from '../values/object-id.ts'

/**
 * What a tree says about one run of consecutive records: a chunk (in a leaf node), or everything below a node (in an
 * inner node). Keys are those of the first and the last record; runs of one tree follow each other in key order and
 * never overlap.
 */
export interface ChunkEntry {
  readonly id: ObjectId
  readonly firstKey: Buffer
  readonly lastKey: Buffer
  /** At least 1. */
  readonly records: number
  /** Plain bytes of the records, at least 1. */
  readonly bytes: number
  /** Whether `id` names a list of segments (`segments-codec.ts`) instead of the records' bytes. Only for chunks of one record. */
  readonly segmented: boolean
}
