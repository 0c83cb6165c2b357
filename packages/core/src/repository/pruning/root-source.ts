import type { ObjectId } from '../../values/object-id.ts'

/** A snapshot or stored diff: what keeps objects alive. */
export interface Root {
  /** 32 hex digits: the id of the writer that has published it. */
  readonly id: string
  /**
   * Names every object that it needs to be read, by what it says itself: bases of deltas are for the caller. What is needed already need not be entered
   * again. Fails with `DamagedError` or `ObjectMissingError` where that cannot be known.
   */
  name(objects: NeededObjects): Promise<void>
}

/** Where needed objects are named. */
export interface NeededObjects {
  /** Whether that is new. Throws `ObjectMissingError` where there is no copy. */
  need(id: ObjectId): boolean
  isNeeded(id: ObjectId): boolean
}

/** All that keeps objects alive. */
export interface RootSource {
  /** Fails with `DamagedError` where a root cannot be read: what it needs must not be deleted. */
  list(): Promise<readonly Root[]>
}
