/** Milliseconds. Long beside a sign of life on a busy machine, short beside the torture. */
export const TORTURE_LEASE = 4000
/** Milliseconds that packs stay after they were marked, at least and at most. */
export const TORTURE_GRACE = { least: 50, most: 1000 }

/** What a child of the torture is told. */
export interface TortureOrder {
  /** Of the repository. */
  readonly path: string
  /** Of the database; both writers have their own. */
  readonly name: string
  readonly seed: number
}

/** What a child says, in a line of JSON. */
export type TortureEvent =
  | { readonly event: 'taken'; readonly id: string }
  | { readonly event: 'failed'; readonly code: string; readonly message: string }
  | {
      readonly event: 'pruned'
      /** Numbers of packs. */
      readonly deleted: number
      readonly spared: number
      readonly moved: number
      readonly pending: number
      readonly purge: boolean
    }
  | {
      readonly event: 'forgot'
      readonly snapshots: number /** Whether it was all that a source had. */
      readonly parents: boolean
    }
  /** A snapshot that does not read as it was written. */
  | { readonly event: 'lost'; readonly id: string; readonly why: string }
