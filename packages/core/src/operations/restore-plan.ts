import type { SnapshotManifest } from '../format/snapshot-manifest.ts'
import type { CollectionChoice, Warning } from '../ports/database-source.ts'
import type { CollectionRoute, DatabaseTarget, PlannedStep, RestoreMode } from '../ports/database-target.ts'

/** What a restore will do to one collection. */
export interface PlannedCollection {
  readonly name: string
  /** `load`: created (in `overwrite`, in place of what is there) and filled; `change`: only differences are written. */
  readonly route: CollectionRoute
  /** Records that will be inserted, taken away, and replaced by another record of the same key. */
  readonly added: number
  readonly removed: number
  readonly changed: number
}

/** The exact operations of a restore, for the target as it was when the plan was made. */
export interface RestorePlan {
  readonly snapshot: SnapshotManifest
  readonly target: DatabaseTarget
  readonly mode: RestoreMode
  readonly collections: readonly PlannedCollection[]
  /** What will be done to the schema, in order. */
  readonly steps: readonly PlannedStep[]
  /** Whether others see all of it at once or nothing. */
  readonly atomic: boolean
  /** Digest of what the target held. `apply` refuses where it is another by then. */
  readonly fingerprint: string
  readonly warnings: readonly Warning[]
  /** Collections of the snapshot that were chosen, and whether these are all. */
  readonly chosen: readonly string[]
  readonly whole: boolean
}

/** What is restored, and how. */
export interface PlanOptions extends CollectionChoice {
  /** See `docs/restore-modes.md`. There is no default: each mode does something else to what is there. */
  readonly mode: RestoreMode
  /** Told once per warning; all stand in the plan as well. */
  readonly onWarning?: (warning: Warning) => void
  /** Ends it with an error; nothing was written. */
  readonly signal?: AbortSignal
}

/** Whether a plan takes away or replaces records. */
export function removesRecords({ collections }: RestorePlan): boolean {
  return collections.some(({ removed, changed }) => removed + changed > 0)
}
