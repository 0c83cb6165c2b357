import type { SnapshotManifest } from '../format/snapshot-manifest.ts'
import type { PruneOptions, PruneReport } from '../pruning/prune-report.ts'
import type { Root } from '../pruning/root-source.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import type { OperationContext } from './operation-context.ts'
import { unlessGone } from './unless-gone.ts'
import { visitObjects } from './visit-objects.ts'

/** Deletes what no snapshot needs, in phases. */
export function pruneRepository(context: OperationContext, options: PruneOptions): Promise<PruneReport> {
  return context.objects.prune({ list: () => listRoots(context, options.signal) }, options)
}

/** A manifest that cannot be read fails it: what it names must not be deleted. */
async function listRoots(context: OperationContext, signal: AbortSignal | undefined): Promise<Root[]> {
  const { snapshots, damaged } = await context.objects.snapshots.list()
  if (damaged[0] !== undefined) throw damaged[0].error
  // Most snapshots share the trees of collections that did not change between them.
  const walked = new Set<ObjectId>()
  return snapshots.map(({ id }) => new SnapshotRoot(context, id, walked, signal))
}

class SnapshotRoot implements Root {
  readonly id: SnapshotId
  readonly #context: OperationContext
  /** Roots of trees that were walked. */
  readonly #walked: Set<ObjectId>
  readonly #signal: AbortSignal | undefined

  constructor(context: OperationContext, id: SnapshotId, walked: Set<ObjectId>, signal: AbortSignal | undefined) {
    this.id = id
    this.#context = context
    this.#walked = walked
    this.#signal = signal
  }

  async name(need: (id: ObjectId) => boolean): Promise<void> {
    const { snapshots, reader } = this.#context.objects
    // Forgotten since it was listed: it needs nothing.
    const manifest = await unlessGone(snapshots.load(this.id))
    if (manifest === undefined) return
    const collections = manifest.collections.filter(({ root }) => root !== null && !this.#walked.has(root.id))
    const visitor = { object: need, node: need, chunk: ({ id }: { readonly id: ObjectId }) => need(id) }
    const unseen: SnapshotManifest = { ...manifest, collections }
    await visitObjects(reader, unseen, visitor, this.#signal, 'pruning')
    for (const { root } of collections) if (root !== null) this.#walked.add(root.id)
  }
}
