import type { ObjectId } from '../../values/object-id.ts'

/** A snapshot or stored diff: what keeps objects alive. */
export interface Root {
  /** 32 hex digits: the id of the writer that has published it. */
  readonly id: string
  /**
   * Names every object that it needs to be read, by what it says itself: bases of deltas are for the caller. `need` says whether the object was not
   * named before: else nothing below it need be named again. Fails with `DamagedError` or `ObjectMissingError` where that cannot be known.
   */
  name(need: (id: ObjectId) => boolean): Promise<void>
}

/** All that keeps objects alive. */
export interface RootSource {
  /** Fails with `DamagedError` where a root cannot be read: what it needs must not be deleted. */
  list(): Promise<readonly Root[]>
}
