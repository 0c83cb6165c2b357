import { throwIfInterrupted } from '../errors/throw-if-interrupted.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { SnapshotCollection, SnapshotManifest, SnapshotSummary } from '../format/snapshot-manifest.ts'
import type { ProgressListener } from '../ports/progress.ts'
import type { RepositoryWriter } from '../repository/object-repository.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import type { OperationContext } from './operation-context.ts'
import { previousCollections } from './previous-collections.ts'
import { ProgressMeter } from './progress-meter.ts'
import { readRecordBytes } from './read-records.ts'
import { sameKey, storeCollection } from './store-collection.ts'
import { unlessUnreadable } from './unless-unreadable.ts'
import { verifySample } from './verify-sample.ts'

/** How snapshots are copied. */
export interface CopyOptions {
  /** Told how far it is, about ten times a second at most. */
  readonly onProgress?: ProgressListener
  /** Ends it with an error between two chunks; snapshots copied until then stay, and what was stored is found by the next copy. */
  readonly signal?: AbortSignal
}

/** One snapshot and its copy. */
export interface CopiedSnapshot {
  /** In the repository copied from. */
  readonly from: SnapshotId
  /** In the repository copied to. */
  readonly id: SnapshotId
  /** Whether it was there before: nothing was read or stored for it. */
  readonly existed: boolean
  /** Collections whose records were read; the others are as in a snapshot that was copied before. */
  readonly collectionsRead: number
  /** Bytes by which the other repository grew. */
  readonly storedBytes: number
}

/**
 * Copies `snapshots` (newest first, as listed) into another repository, oldest first, encrypted anew. Ids are keyed, and so is where chunks end, so every
 * tree is built anew from its records: one stream, flat memory. What has been copied before is not copied again; a
 * collection whose tree equals that of a snapshot copied before is taken from its copy without being read.
 */
export async function copySnapshots(
  from: OperationContext,
  to: OperationContext,
  snapshots: readonly SnapshotSummary[],
  options: CopyOptions,
): Promise<CopiedSnapshot[]> {
  if (from.objects.id === to.objects.id) {
    throw new UsageError('a repository cannot be copied into itself', { hint: 'Name another repository.' })
  }
  const progress = new ProgressMeter(to.clock, 'copy', options.onProgress)
  for (const { records, bytes } of snapshots) progress.expect(records, bytes)
  const copied: CopiedSnapshot[] = []
  for (const { id } of snapshots.toReversed()) copied.push(await new SnapshotCopy(from, to, progress, options).run(id))
  progress.phase('done')
  return copied
}

/** The copy of one snapshot. */
class SnapshotCopy {
  readonly #from: OperationContext
  readonly #to: OperationContext
  readonly #progress: ProgressMeter
  readonly #options: CopyOptions

  constructor(from: OperationContext, to: OperationContext, progress: ProgressMeter, options: CopyOptions) {
    this.#from = from
    this.#to = to
    this.#progress = progress
    this.#options = options
  }

  async run(id: SnapshotId): Promise<CopiedSnapshot> {
    const { signal } = this.#options
    throwIfInterrupted(signal, 'copying')
    const present = (await this.#copies()).find(({ original }) => original === id)
    if (present !== undefined) return { from: id, id: present.id, existed: true, collectionsRead: 0, storedBytes: 0 }
    const original = await this.#from.objects.snapshots.load(id)
    const writer = await this.#to.objects.openWriter({ operation: 'copy', ...(signal === undefined ? {} : { signal }) })
    try {
      return await this.#copy(original, writer)
    } finally {
      await writer.close()
    }
  }

  async #copy(original: SnapshotManifest, writer: RepositoryWriter): Promise<CopiedSnapshot> {
    const { snapshots, compression } = this.#to.objects
    const wanted = original.collections.map(({ layout }) => layout)
    const previous = await previousCollections(snapshots, original.source.label, wanted)
    const copied = await this.#copiedTrees(original)
    writer.restOn([...previous.snapshots, ...copied.snapshots])
    const collections: SnapshotCollection[] = []
    let collectionsRead = 0
    for (const collection of original.collections) {
      let tree = copied.trees.get(treeName(collection))
      // Where anything was lost since then, all is offered again: that heals it.
      if (!writer.reuses) tree = undefined
      if (tree === undefined) collectionsRead++
      tree ??= await this.#rebuild(collection, previous.collections.get(collection.layout.name), writer)
      const { records, bytes, root, splitBits } = tree
      collections.push({ ...collection, records, bytes, root, splitBits })
    }
    const schema = await this.#schema(original.schema, previous.schema, writer)
    this.#progress.phase('storing')
    await writer.flush()
    this.#progress.phase('verifying')
    const verification = await verifySample(writer)
    const { counts } = writer
    const { parent: _, ...summary } = original
    const parent = await this.#parentOf(original)
    const { manifest, storedBytes } = await snapshots.put({
      ...summary,
      id: writer.id,
      ...(parent === undefined ? {} : { parent }),
      compression: { ...compression, ratio: ratioOf(counts) },
      verification,
      schema,
      collections,
      copiedFrom: { repository: this.#from.objects.id, snapshot: original.id },
    })
    this.#progress.stored(counts.storedBytes + storedBytes)
    return {
      from: original.id,
      id: manifest.id,
      existed: false,
      collectionsRead,
      storedBytes: counts.storedBytes + storedBytes,
    }
  }

  /** Reads a collection's records and stores them as the other repository would have: its keys, its cuts. */
  #rebuild(
    collection: SnapshotCollection,
    previous: SnapshotCollection | undefined,
    writer: RepositoryWriter,
  ): Promise<Tree> {
    const { layout } = collection
    return storeCollection({
      context: this.#to,
      layout,
      bytes: readRecordBytes(this.#from, collection, this.#options.signal),
      // The original's own: so that a copy depends on what is copied, not on what was there.
      split: { inherited: collection.splitBits },
      previous: sameKey(previous, layout),
      writer,
      onChunk: async ({ records, bytes }) => {
        this.#progress.stored(writer.counts.storedBytes)
        this.#progress.add(layout.name, { records, bytes })
      },
    })
  }

  /** Segment by segment: the same text. */
  async #schema(
    segments: readonly ObjectId[],
    bases: readonly ObjectId[],
    writer: RepositoryWriter,
  ): Promise<ObjectId[]> {
    const ids: ObjectId[] = []
    for (const segment of segments) {
      const bytes = await this.#from.objects.reader.read('document', segment)
      const id = writer.identify(bytes)
      await writer.store('document', id, bytes, bases[ids.length])
      ids.push(id)
    }
    return ids
  }

  /** Snapshots of the other repository that were copied from this one, newest first. */
  async #copies(): Promise<Copy[]> {
    const { snapshots } = await this.#to.objects.snapshots.list()
    return snapshots.flatMap(({ id, time, source, copiedFrom }) =>
      copiedFrom?.repository === this.#from.objects.id
        ? [{ id, time, label: source.label, original: copiedFrom.snapshot }]
        : [],
    )
  }

  /** Trees that stand in the other repository already, by their originals: those of the copies nearest in time, of the same source. */
  async #copiedTrees({ time, source }: SnapshotManifest): Promise<CopiedTrees> {
    const siblings = (await this.#copies()).filter(({ label }) => label === source.label)
    const near = [siblings.find((copy) => copy.time < time), siblings.findLast((copy) => copy.time > time)]
    const snapshots: SnapshotId[] = []
    const trees = new Map<string, Tree | undefined>()
    for (const copy of near.filter((copy) => copy !== undefined)) {
      const original = await unlessUnreadable(this.#from.objects.snapshots.load(copy.original))
      const stored = await unlessUnreadable(this.#to.objects.snapshots.load(copy.id))
      if (original === undefined || stored === undefined) continue
      snapshots.push(copy.id)
      // A copy has the collections of its original, in their order.
      for (const [i, collection] of original.collections.entries()) {
        trees.set(treeName(collection), stored.collections[i])
      }
    }
    return { snapshots, trees }
  }

  /** The newest older snapshot of the same source, whether a copy or not: times of parents are earlier. */
  async #parentOf({ time, source }: SnapshotManifest): Promise<SnapshotId | undefined> {
    const { snapshots } = await this.#to.objects.snapshots.list()
    return snapshots.find((snapshot) => snapshot.source.label === source.label && snapshot.time < time)?.id
  }
}

interface Copy {
  readonly id: SnapshotId
  readonly time: string
  readonly label: string
  readonly original: SnapshotId
}

interface CopiedTrees {
  /** The copies that they are of. */
  readonly snapshots: readonly SnapshotId[]
  readonly trees: ReadonlyMap<string, Tree | undefined>
}

type Tree = Pick<SnapshotCollection, 'records' | 'bytes' | 'root' | 'splitBits'>

/** Equal for trees with equal records and cuts, in one repository. */
function treeName({ root, splitBits, records, layout }: SnapshotCollection): string {
  return JSON.stringify([root, splitBits, records, layout])
}

function ratioOf({ plainBytes, sealedBytes }: RepositoryWriter['counts']): number {
  return sealedBytes === 0 ? 1 : Math.round((100 * plainBytes) / sealedBytes) / 100
}
