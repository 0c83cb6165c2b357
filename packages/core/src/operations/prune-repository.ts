import type { SnapshotManifest } from '../format/snapshot-manifest.ts'
import type { PrunePacksOptions, PruneReport } from '../repository/pruning/prune-report.ts'
import type { NeededObjects, Root } from '../repository/pruning/root-source.ts'
import { unlessGone } from '../repository/unless-gone.ts'
import { parseDuration, shiftTime } from '../retention/duration.ts'
import type { DiffId } from '../values/diff-id.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import type { OperationContext } from './operation-context.ts'
import { visitObjects } from './visit-objects.ts'

/** How a prune is done. */
export interface PruneOptions extends Omit<PrunePacksOptions, 'grace'> {
  /**
   * How long packs stay after they were marked and whoever may have rested on them has ended, for readers of snapshots that were just
   * forgotten: milliseconds, or a duration as in `2h` or `1d`. Default an hour; at least a day, and ten times the lag, where the store's
   * listings lag. 0: delete at once where nobody else is at work.
   */
  readonly grace?: number | string
}

/** Deletes what no snapshot needs, in phases. */
export function pruneRepository(context: OperationContext, { grace, ...options }: PruneOptions): Promise<PruneReport> {
  const roots = { list: () => listRoots(context, options.signal) }
  return context.objects.prune(roots, { ...options, ...(grace === undefined ? {} : { grace: inMilliseconds(grace) }) })
}

function inMilliseconds(grace: number | string): number {
  if (typeof grace === 'number') return grace
  return shiftTime(new Date(0), parseDuration(grace), 1).getTime()
}

/** A root that cannot be read fails it: what it names must not be deleted. */
async function listRoots(context: OperationContext, signal: AbortSignal | undefined): Promise<Root[]> {
  const { snapshots, diffs } = context.objects
  const [ofSnapshots, ofDiffs] = [await snapshots.list(), await diffs.list()]
  const damaged = ofSnapshots.damaged[0] ?? ofDiffs.damaged[0]
  if (damaged !== undefined) throw damaged.error
  return [
    ...ofSnapshots.snapshots.map(({ id }) => new SnapshotRoot(context, id, signal)),
    ...ofDiffs.diffs.map(({ id }) => new DiffRoot(context, id)),
  ]
}

class SnapshotRoot implements Root {
  readonly id: SnapshotId
  readonly #context: OperationContext
  readonly #signal: AbortSignal | undefined

  constructor(context: OperationContext, id: SnapshotId, signal: AbortSignal | undefined) {
    this.id = id
    this.#context = context
    this.#signal = signal
  }

  async name(objects: NeededObjects): Promise<void> {
    const { snapshots, reader } = this.#context.objects
    // Forgotten since it was listed: it needs nothing.
    const manifest = await unlessGone(snapshots.load(this.id))
    if (manifest === undefined) return
    const need = (id: ObjectId): boolean => objects.need(id)
    // Most snapshots share the trees of collections that did not change between them: those were walked to their ends.
    const collections = manifest.collections.filter(({ root }) => root !== null && !objects.isNeeded(root.id))
    const visitor = { object: need, node: need, chunk: ({ id }: { readonly id: ObjectId }) => need(id) }
    const unseen: SnapshotManifest = { ...manifest, collections }
    await visitObjects(reader, unseen, visitor, this.#signal, 'pruning')
  }
}

class DiffRoot implements Root {
  readonly id: DiffId
  readonly #context: OperationContext

  constructor(context: OperationContext, id: DiffId) {
    this.id = id
    this.#context = context
  }

  async name(objects: NeededObjects): Promise<void> {
    const diff = await unlessGone(this.#context.objects.diffs.load(this.id))
    for (const page of diff?.pages ?? []) objects.need(page)
  }
}
