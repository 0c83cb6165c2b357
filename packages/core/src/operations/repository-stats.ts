import type { SnapshotManifest, SnapshotSummary } from '../format/snapshot-manifest.ts'
import type { ChunkEntry } from '../record-tree/chunk-entry.ts'
import type { KindSize, StoredObjects } from '../repository/stored-objects.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import type { OperationContext } from './operation-context.ts'
import { type ObjectVisitor, visitObjects } from './visit-objects.ts'

/** Files below one prefix of the store. */
export interface FilesSize {
  readonly files: number
  readonly bytes: number
}

/** What one snapshot, or all of one source, costs. Bytes are as stored, but for `plainBytes`. */
export interface SnapshotSize {
  /** Of all its records. */
  readonly plainBytes: number
  /** Of objects that no older snapshot names. */
  readonly newBytes: number
  /** Of objects that no other snapshot names: about what forgetting it would free. */
  readonly uniqueBytes: number
}

/** Where the bytes of a repository are. */
export interface RepositoryStats {
  readonly packs: FilesSize
  readonly indexFiles: FilesSize
  readonly manifests: FilesSize
  /** All files together. */
  readonly totalBytes: number
  /** Copies of objects by kind: `chunk`, `node`, `document`, `segments`, `diffPage`. */
  readonly kinds: Readonly<Record<string, KindSize>>
  /** Plain bytes of all snapshots per plain byte of their different chunks. 1 where nothing is shared. */
  readonly deduplication: number
  /** Plain bytes of those chunks per byte that they take in packs, deltas included. */
  readonly compression: number
  /** In packs, what no snapshot and no stored diff names: a prune frees at most so much, for bases of deltas are among it. */
  readonly unnamedBytes: number
  /** Newest first. */
  readonly snapshots: readonly (SnapshotSize & { readonly id: SnapshotId; readonly source: string })[]
  /** By label. `uniqueBytes` is the sum over its snapshots: what two of them share is not in it. */
  readonly sources: readonly (SnapshotSize & { readonly source: string; readonly snapshots: number })[]
}

/**
 * Walks all trees, from the oldest snapshot on; nodes that several share are walked twice at most. Reads nodes and no chunk.
 * Memory: 14 bytes an object, beside more than 127 snapshots 15. Fails with `DamagedError` or `ObjectMissingError`.
 */
export async function repositoryStats(
  context: OperationContext,
  { signal }: { readonly signal?: AbortSignal },
): Promise<RepositoryStats> {
  const { objects } = context
  const { snapshots, damaged } = await objects.snapshots.list()
  if (damaged[0] !== undefined) throw damaged[0].error
  const packs = await sizeOf(context, 'packs/')
  const indexFiles = await sizeOf(context, 'index/')
  const manifests = await sizeOf(context, 'snapshots/')
  const stored = await objects.storedObjects()
  const walk = new OwnerWalk(context, stored, snapshots.length, signal)
  const oldestFirst = snapshots.toReversed()
  for (const { id } of oldestFirst) await walk.add(await objects.snapshots.load(id))
  const { sizes, namedBytes } = walk.sizes(oldestFirst)
  const diffBytes = await pageBytes(context, stored)
  const all = sizes.toReversed()
  const plain = snapshots.reduce((sum, { bytes }) => sum + bytes, 0)
  return {
    packs,
    indexFiles,
    manifests,
    totalBytes: (await sizeOf(context, '')).bytes,
    kinds: Object.fromEntries(stored.kinds),
    deduplication: ratio(plain, walk.plainChunkBytes),
    compression: ratio(walk.plainChunkBytes, walk.sealedChunkBytes),
    unnamedBytes: [...stored.kinds.values()].reduce((sum, { bytes }) => sum + bytes, 0) - namedBytes - diffBytes,
    snapshots: all,
    sources: bySource(all),
  }
}

async function sizeOf({ objects }: OperationContext, prefix: string): Promise<FilesSize> {
  let [files, bytes] = [0, 0]
  for await (const { size } of objects.store.list(prefix)) {
    files++
    bytes += size
  }
  return { files, bytes }
}

/** What the pages of stored diffs take, those of several counted once. No snapshot names them. */
async function pageBytes({ objects }: OperationContext, stored: StoredObjects): Promise<number> {
  const { diffs, damaged } = await objects.diffs.list()
  if (damaged[0] !== undefined) throw damaged[0].error
  const slots = new Set<number>()
  for (const { id } of diffs) {
    for (const page of (await objects.diffs.load(id)).pages) slots.add(stored.slotOf(page) ?? -1)
  }
  slots.delete(-1)
  return [...slots].reduce((sum, slot) => sum + stored.bytesAt(slot), 0)
}

const ratio = (whole: number, part: number): number => (part === 0 ? 1 : Math.round((100 * whole) / part) / 100)

function bySource(snapshots: RepositoryStats['snapshots']): RepositoryStats['sources'] {
  const sources = new Map<
    string,
    { -readonly [K in keyof RepositoryStats['sources'][number]]: RepositoryStats['sources'][number][K] }
  >()
  for (const { source, plainBytes, newBytes, uniqueBytes } of snapshots) {
    const sum = sources.get(source) ?? { source, snapshots: 0, plainBytes: 0, newBytes: 0, uniqueBytes: 0 }
    sources.set(source, sum)
    sum.snapshots++
    sum.plainBytes += plainBytes
    sum.newBytes += newBytes
    sum.uniqueBytes += uniqueBytes
  }
  return [...sources.values()].sort((a, b) => Buffer.compare(Buffer.from(a.source), Buffer.from(b.source)))
}

/** What numbers of snapshots, and one more bit, may be kept in. */
const NUMBERS = [Uint8Array, Uint16Array, Uint32Array] as const
const highestBit = ({ BYTES_PER_ELEMENT }: { readonly BYTES_PER_ELEMENT: number }) => 2 ** (8 * BYTES_PER_ELEMENT - 1)

/** Notes of each object which snapshot names it first, and whether another does. */
class OwnerWalk implements ObjectVisitor {
  readonly #context: OperationContext
  readonly #stored: StoredObjects
  readonly #signal: AbortSignal | undefined
  /** Number of the snapshot, from 1, that names it first, and `#shared` where a second one names it too; 0: none does. */
  readonly #owners: InstanceType<(typeof NUMBERS)[number]>
  readonly #shared: number
  #snapshot = 0
  /** Of chunks, each counted once. */
  plainChunkBytes = 0
  sealedChunkBytes = 0
  /** Whether the objects that follow are segments of a chunk that no snapshot named before. */
  #countsSegments = false

  constructor(context: OperationContext, stored: StoredObjects, snapshots: number, signal: AbortSignal | undefined) {
    this.#context = context
    this.#stored = stored
    this.#signal = signal
    const Numbers = NUMBERS.find((numbers) => snapshots < highestBit(numbers)) as (typeof NUMBERS)[number]
    this.#owners = new Numbers(stored.slots)
    this.#shared = highestBit(Numbers)
  }

  /** The next snapshot. */
  async add(manifest: SnapshotManifest): Promise<void> {
    this.#snapshot++
    this.#countsSegments = false
    await visitObjects(this.#context.objects.reader, manifest, this, this.#signal, 'counting')
  }

  object(id: ObjectId): void {
    const { bytes } = this.#name(id)
    if (this.#countsSegments) this.sealedChunkBytes += bytes
  }

  /** What lies below a node that is shared already is shared already. */
  node(id: ObjectId): boolean {
    return this.#name(id).isNew
  }

  chunk({ id, bytes, segmented }: ChunkEntry): boolean {
    const { isFirst, isNew, bytes: sealedBytes } = this.#name(id)
    this.#countsSegments = isFirst
    if (isFirst) {
      this.plainChunkBytes += bytes
      if (!segmented) this.sealedChunkBytes += sealedBytes
    }
    return isNew
  }

  /** `isFirst`: no snapshot named it before. `isNew`: that, or now another one does for the first time. */
  #name(id: ObjectId): { isFirst: boolean; isNew: boolean; bytes: number } {
    const slot = this.#stored.slotOf(id)
    // Lost: counts nothing, and reading what lies below it fails.
    if (slot === undefined) return { isFirst: false, isNew: true, bytes: 0 }
    const bytes = this.#stored.bytesAt(slot)
    const owner = this.#owners[slot] as number
    if (owner === 0) {
      this.#owners[slot] = this.#snapshot
      return { isFirst: true, isNew: true, bytes }
    }
    if (owner === this.#snapshot || owner >= this.#shared) return { isFirst: false, isNew: false, bytes }
    this.#owners[slot] = owner + this.#shared
    return { isFirst: false, isNew: true, bytes }
  }

  /** Of all snapshots that were added, in that order. */
  sizes(snapshots: readonly SnapshotSummary[]) {
    const newBytes = new Float64Array(snapshots.length + 1)
    const uniqueBytes = new Float64Array(snapshots.length + 1)
    let namedBytes = 0
    for (let slot = 0; slot < this.#owners.length; slot++) {
      const owner = this.#owners[slot] as number
      if (owner === 0) continue
      const bytes = this.#stored.bytesAt(slot)
      const first = owner % this.#shared
      namedBytes += bytes
      newBytes[first] = (newBytes[first] as number) + bytes
      if (owner < this.#shared) uniqueBytes[first] = (uniqueBytes[first] as number) + bytes
    }
    const sizes = snapshots.map(({ id, source, bytes }, i) => ({
      id,
      source: source.label,
      plainBytes: bytes,
      newBytes: newBytes[i + 1] as number,
      uniqueBytes: uniqueBytes[i + 1] as number,
    }))
    return { sizes, namedBytes }
  }
}
