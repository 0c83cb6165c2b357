import type { ObjectId } from '../values/object-id.ts'
import type { ChunkEntry } from './chunk-entry.ts'

/** One side of a diff: a place in a stored tree (`TreeCursor`) or in a live stream (`LiveChunks`). */
export interface DiffSide {
  /** What the side stands on; undefined at the end. */
  readonly entry: ChunkEntry | undefined
  /** What `entry` is: a node of this level, or a chunk (`CHUNK_LEVEL`). */
  readonly level: number
  /** Gives away the bytes of the chunk the side stands on, where it has them at hand; otherwise they are read by its id. */
  takePlaintext(): Buffer | undefined
  /** Whether an entry of this id stands in a node that is open now. */
  isOpen(id: ObjectId): boolean
  open(): Promise<void>
  /** May begin to read nodes after `entry` that will probably be entered. Called before `descend`. */
  prefetch(isLikely: (entry: ChunkEntry) => boolean): void
  /** Enters the node; not for chunks. */
  descend(): Promise<void>
  /** Moves past `entry` and all below it. */
  skip(): Promise<void> | void
  /** Lets go of what it holds; called once, also after a failure. */
  close(): Promise<void>
}
