import type { ObjectStore } from '@dbsnap/core/ports'

/** What an adapter's proof gives to a law: a store that is empty and that nothing else uses. */
export interface ObjectStoreFixture {
  readonly store: ObjectStore
  /** Bytes of the largest object the laws write. Default 32 MiB, twice a pack. */
  readonly largestBytes?: number
  /** A store of the same kind that cannot work (a wrong password, a missing host), and the secrets it was given. */
  readonly unusable?: { readonly store: ObjectStore; readonly secrets: readonly string[] }
  /** Handles, connections or temporary files that are open or left over, where that can be counted. */
  leftovers?(): Promise<number>
  dispose(): Promise<void>
}
