import type { DbSnapError } from '../errors/dbsnap-error.ts'
import type { RepositoryCheck, RepositoryDamage } from '../repository/check-repository.ts'
import type { ObjectRepository } from '../repository/object-repository.ts'
import type { IndexRebuild } from '../repository/rebuild-index.ts'
import { unlessGone } from '../repository/unless-gone.ts'
import type { DiffId } from '../values/diff-id.ts'
import type { ObjectId } from '../values/object-id.ts'
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

/** A stored diff that cannot be read in full. */
export interface BrokenDiff {
  readonly id: DiffId
  readonly problem: string
}

/** What a check has found. */
export interface CheckReport extends Omit<RepositoryCheck, 'lostObjects' | 'isPresent'> {
  /** Snapshots whose trees were walked to their chunks. */
  readonly snapshots: number
  readonly brokenSnapshots: readonly BrokenSnapshot[]
  /** Stored diffs whose pages were looked for. */
  readonly diffs: number
  readonly brokenDiffs: readonly BrokenDiff[]
  /** What `repairIndex` has done. */
  readonly repaired?: IndexRebuild
  /** Whether nothing is damaged. */
  readonly sound: boolean
}

/** Checks the store's files, then that every snapshot and every stored diff finds all it names. Does not throw for damage. */
export async function checkSnapshots(context: OperationContext, options: CheckOptions): Promise<CheckReport> {
  const objects = context.objects.withoutCopies()
  const repaired = options.repairIndex === true ? await objects.rebuildIndex() : undefined
  const { lostObjects: _, isPresent, ...files } = await objects.check(options)
  const listing = await objects.snapshots.list()
  const damage = listing.damaged.map(({ id, error }) => unreadable(`snapshots/${id}`, error))
  const walk = new SnapshotWalk({ ...context, objects }, isPresent, options.signal)
  const brokenSnapshots: BrokenSnapshot[] = []
  for (const { id } of listing.snapshots) {
    const found = await walk.check(id)
    if (found !== undefined) brokenSnapshots.push({ id, ...found })
  }
  const diffs = await checkDiffs(objects, isPresent)
  const all = [...files.damage, ...damage, ...diffs.damage]
  const sound = all.length === 0 && brokenSnapshots.length === 0 && diffs.broken.length === 0
  return {
    ...files,
    damage: all,
    snapshots: listing.snapshots.length,
    brokenSnapshots,
    diffs: diffs.checked,
    brokenDiffs: diffs.broken,
    sound,
    ...(repaired === undefined ? {} : { repaired }),
  }
}

async function checkDiffs(objects: ObjectRepository, isPresent: (id: ObjectId) => boolean) {
  const { diffs, damaged } = await objects.diffs.list()
  const broken: BrokenDiff[] = []
  for (const { id } of diffs) {
    const pages = (await unlessGone(objects.diffs.load(id)))?.pages ?? []
    const lost = pages.filter((page) => !isPresent(page)).length
    if (lost > 0) broken.push({ id, problem: `${lost} of its ${pages.length} pages are lost` })
  }
  return { checked: diffs.length, broken, damage: damaged.map(({ id, error }) => unreadable(`diffs/${id}`, error)) }
}

function unreadable(file: string, { message }: DbSnapError): RepositoryDamage {
  return { file, problem: message, objects: 0 }
}
