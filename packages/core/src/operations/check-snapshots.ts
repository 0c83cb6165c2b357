import type { RepositoryCheck, RepositoryDamage } from '../repository/check-repository.ts'
import type { IndexRebuild } from '../repository/rebuild-index.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import type { OperationContext } from './operation-context.ts'
import { type LostRecords, SnapshotWalk } from './snapshot-walk.ts'

/** How much is checked. */
export interface CheckOptions {
  /** Share of the objects to read, decrypt and verify, 0 to 1. Default 0: structure only. */
  readonly readFraction?: number
  /** Writes the index anew from the packs first, for index files that are lost or damaged. Default false: nothing is written. */
  readonly repairIndex?: boolean
  /**
   * Leaves a mark of what cannot be read, so that the next take stores it again, whichever process runs it; with a `readFraction`
   * of 1 also removes marks of what is no longer damaged. Default false: nothing is written.
   */
  readonly remember?: boolean
  /** Ends it with an error. */
  readonly signal?: AbortSignal
}

/** A snapshot that cannot be read in full. */
export interface BrokenSnapshot {
  readonly id: SnapshotId
  readonly problem: string
  /** What of its collections is lost; the rest of them can be read. Empty where the manifest or the schema is damaged. */
  readonly lost: readonly LostRecords[]
}

/** What a check has found. */
export interface CheckReport extends Omit<RepositoryCheck, 'lostObjects' | 'isPresent'> {
  /** Snapshots whose trees were walked to their chunks. */
  readonly snapshots: number
  readonly brokenSnapshots: readonly BrokenSnapshot[]
  /** What `repairIndex` has done. */
  readonly repaired?: IndexRebuild
  /** Whether nothing is damaged. */
  readonly sound: boolean
}

/** Checks the store's files, then that every snapshot finds all it names. Does not throw for damage. */
export async function checkSnapshots(context: OperationContext, options: CheckOptions): Promise<CheckReport> {
  const { objects } = context
  const repaired = options.repairIndex === true ? await objects.rebuildIndex() : undefined
  const { lostObjects: _, isPresent, ...files } = await objects.check(options)
  const listing = await objects.snapshots.list()
  const damage: RepositoryDamage[] = listing.damaged.map(({ id, error }) => ({
    file: `snapshots/${id}`,
    problem: error.message,
    objects: 0,
  }))
  const walk = new SnapshotWalk(context, isPresent, options.signal)
  const brokenSnapshots: BrokenSnapshot[] = []
  for (const { id } of listing.snapshots) {
    const found = await walk.check(id)
    if (found !== undefined) brokenSnapshots.push({ id, ...found })
  }
  const all = [...files.damage, ...damage]
  const sound = all.length === 0 && brokenSnapshots.length === 0
  return {
    ...files,
    damage: all,
    snapshots: listing.snapshots.length,
    brokenSnapshots,
    sound,
    ...(repaired === undefined ? {} : { repaired }),
  }
}
