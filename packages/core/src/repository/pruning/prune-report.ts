import type { RegisteredWriter } from '../writer-list.ts'

/** How packs are pruned. */
export interface PrunePacksOptions {
  /** Says what would be done, and does nothing. Default false. */
  readonly dryRun?: boolean
  /**
   * Stores whole whatever rests on what was forgotten, and keeps no pack that holds any of it: once the packs are deleted, forgotten records are really
   * gone. Default false: what was forgotten stays where it is the base of something kept, or a small part of a pack.
   */
  readonly purge?: boolean
  /**
   * How long packs stay after they were marked and whoever may have rested on them has ended, for readers of snapshots that were just
   * forgotten, in milliseconds. Default an hour; at least a day, and ten times the lag, where the store's listings lag. 0:
   * delete at once where nobody else is at work.
   */
  readonly grace?: number
  /**
   * Share of a pack, 0 to 1, that may be unneeded before what is needed is moved out of it. Default 0.1; 1 moves only what must be, and 0
   * with `purge`.
   */
  readonly maxUnused?: number
  /** Told when another part of the work begins. */
  readonly onPhase?: (phase: PrunePhase) => void
  /** Ends it with an error; the next prune goes on. */
  readonly signal?: AbortSignal
}

/** Parts of the work, in their order. */
export type PrunePhase = 'finding what is needed' | 'moving' | 'marking' | 'deleting'

/** A number of packs. */
export interface PackAmount {
  readonly packs: number
  readonly bytes: number
}

/** Packs that are marked and wait to be deleted. */
export interface PendingPacks extends PackAmount {
  /** Writers that may rest on them, and are still at work. */
  readonly waitingFor: readonly RegisteredWriter[]
  /** By the store's clock: a prune after that deletes them. Absent while writers are waited for. */
  readonly due?: Date
}

/** What a prune has done, or would do. */
export interface PruneReport {
  readonly dryRun: boolean
  /** All packs, as they were. */
  readonly before: PackAmount
  /** Deleted by this prune: marked by an earlier one, or by this one where the grace period is 0 and nobody else was at work. */
  readonly deleted: PackAmount
  /** Marked earlier, and needed again by a snapshot that was taken meanwhile: what is needed was moved out of them, as `moved` says too. */
  readonly spared: PackAmount
  /** Objects that were moved out of packs that are mostly unneeded, and the bytes written for that. */
  readonly moved: { readonly packs: number; readonly objects: number; readonly bytes: number }
  /** Marked, and not deleted yet: one entry for each mark. */
  readonly pending: readonly PendingPacks[]
}

/** An hour. */
export const DEFAULT_GRACE = 60 * 60 * 1000
export const DEFAULT_MAX_UNUSED = 0.1
