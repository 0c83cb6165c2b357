import { deriveFileKey } from '../encryption/repository-keys.ts'
import { type DbSnapError, isDbSnapError } from '../errors/dbsnap-error.ts'
import { damaged } from '../format/format-version.ts'
import {
  type DocumentFile,
  decodeSealedDocument,
  encodeSealedDocument,
  firstPartEnd,
} from '../format/sealed-document-codec.ts'
import {
  contentsSchema,
  type SnapshotManifest,
  type SnapshotSummary,
  summarySchema,
} from '../format/snapshot-manifest.ts'
import type { StoredFile } from '../ports/object-store.ts'
import { parseSnapshotId, type SnapshotId } from '../values/snapshot-id.ts'
import { readThrough } from './read-through.ts'
import type { RepositoryContext } from './repository-context.ts'
import { fileId, SNAPSHOTS_PREFIX, snapshotFile } from './repository-files.ts'
import { resolveSnapshotName } from './snapshot-name.ts'
import { isTombstone, notPublished, putRoot } from './tombstones.ts'

/** Bytes read of a manifest to list it: most are smaller, and of the others the summary is. */
const SUMMARY_BYTES = 64 * 1024
/** Manifests read at a time. */
const READ_AT_ONCE = 8

/** A snapshot whose manifest cannot be read. */
export interface DamagedSnapshot {
  readonly id: SnapshotId
  /** `DamagedError` or `NewerFormatError`; names the file. */
  readonly error: DbSnapError
}

export interface SnapshotListing {
  /** Newest first. */
  readonly snapshots: readonly SnapshotSummary[]
  readonly damaged: readonly DamagedSnapshot[]
}

/** The snapshots of a repository. A snapshot exists when its manifest does. */
export class SnapshotCatalog {
  readonly #context: RepositoryContext
  /** Manifests never change, so a summary once read stays right. */
  readonly #summaries = new Map<SnapshotId, SnapshotSummary>()

  /**
   * The manifest that was loaded last, as long as somebody holds it: whoever reads collection after collection asks for it
   * each time, and one of 10 000 collections takes 50 ms to read.
   */
  #loaded: WeakRef<SnapshotManifest> | undefined

  constructor(context: RepositoryContext) {
    this.#context = context
  }

  /**
   * Publishes a snapshot: when this resolves it exists, durably. Its id is its writer's; everything it names must have been
   * flushed. Fails with `StoreFailedError` where the writer was declared dead. Where its time is not later than its parent's (a clock that went back), it gets the millisecond after the parent's. Resolves
   * with the manifest as it was stored and the bytes it takes.
   */
  async put(manifest: SnapshotManifest): Promise<{ manifest: SnapshotManifest; storedBytes: number }> {
    const stored = { ...manifest, time: await this.#timeAfterParent(manifest) }
    const { schema, collections, ...summary } = stored
    const file = this.#file(manifest.id)
    const body = encodeSealedDocument(file, [summary, { schema, collections }], this.#context.randomness)
    await putRoot(this.#context, file.name, body)
    return { manifest: stored, storedBytes: body.reduce((sum, part) => sum + part.length, 0) }
  }

  /** All snapshots that can be read, newest first, and those that cannot. */
  async list(): Promise<SnapshotListing> {
    const files: StoredFile[] = []
    for await (const file of this.#context.store.list(SNAPSHOTS_PREFIX)) {
      if (fileId(file.key) !== undefined) files.push(file)
    }
    const found: (SnapshotSummary | DamagedSnapshot | undefined)[] = []
    for (let i = 0; i < files.length; i += READ_AT_ONCE) {
      const batch = files.slice(i, i + READ_AT_ONCE)
      found.push(...(await Promise.all(batch.map((file) => this.#listed(file)))))
    }
    const snapshots = found.filter((snapshot) => snapshot !== undefined && 'time' in snapshot).sort(newestFirst)
    const damaged = found.filter((snapshot) => snapshot !== undefined && 'error' in snapshot)
    return { snapshots, damaged }
  }

  /** A snapshot's whole manifest. Fails with `StoreKeyMissingError` where there is none of this id. */
  async load(id: SnapshotId): Promise<SnapshotManifest> {
    const loaded = this.#loaded?.deref()
    if (loaded?.id === id) return loaded
    const manifest = await this.#load(id)
    this.#loaded = new WeakRef(manifest)
    return manifest
  }

  async #load(id: SnapshotId): Promise<SnapshotManifest> {
    const file = this.#file(id)
    const bytes = await this.#context.store.get(file.name)
    if (isTombstone(bytes)) throw notPublished(file.name)
    const contents = contentsSchema.safeParse(decodeSealedDocument(file, bytes, 1))
    if (!contents.success) throw damaged(`${file.name} is damaged: it is not a manifest`)
    return { ...decodeSummary(file, id, bytes), ...contents.data }
  }

  /**
   * The snapshot that a name stands for: an id, a unique prefix, `latest`, `latest~1`, `<label>:latest`, ...
   * Fails with `UnknownSnapshotError` or `AmbiguousSnapshotError`; with `DamagedError` where it might be a snapshot whose
   * manifest cannot be read: `latest` must never silently be the one before.
   */
  async resolve(name: string): Promise<SnapshotSummary> {
    return resolveIn(await this.list(), name)
  }

  /** As `resolve`, by one listing; the whole id of a snapshot whose manifest cannot be read stands for it: to take it out of the way. */
  async resolveIds(names: readonly string[]): Promise<SnapshotId[]> {
    const listing = await this.list()
    return names.map((name) => listing.damaged.find(({ id }) => id === name)?.id ?? resolveIn(listing, name).id)
  }

  /** The newest readable snapshot of a source, or undefined: the parent of its next one. */
  async latest(label: string): Promise<SnapshotSummary | undefined> {
    return (await this.list()).snapshots.find((snapshot) => snapshot.source.label === label)
  }

  /** Takes a snapshot out of the repository. What only it needed stays until a prune. Quiet where it is gone. */
  async remove(id: SnapshotId): Promise<void> {
    await this.#context.store.delete(snapshotFile(id))
    this.#summaries.delete(id)
    this.#loaded = undefined
  }

  async #listed(file: StoredFile): Promise<SnapshotSummary | DamagedSnapshot | undefined> {
    try {
      return await this.#summary(file)
    } catch (error) {
      if (!isDbSnapError(error)) throw error
      // Forgotten by another process while we listed, or a name that was closed.
      if (error.code === 'STORE_KEY_MISSING') return undefined
      if (error.code !== 'DAMAGED' && error.code !== 'NEWER_FORMAT') throw error
      return { id: parseSnapshotId(fileId(file.key) as string), error }
    }
  }

  async #summary({ key, size }: StoredFile): Promise<SnapshotSummary> {
    const id = parseSnapshotId(fileId(key) as string)
    const known = this.#summaries.get(id)
    if (known !== undefined) return known
    const file = this.#file(id)
    // It was listed a moment ago, so that a copy speaks of what is there.
    const summary = await readThrough({
      copies: this.#context.localCopies,
      name: key,
      keep: true,
      fetch: () => this.#summaryBytes(file, size),
      open: (bytes) => decodeSummary(file, id, bytes),
    })
    this.#summaries.set(id, summary)
    return summary
  }

  async #summaryBytes(file: DocumentFile, size: number): Promise<Buffer> {
    const { store } = this.#context
    const bytes = await store.get(file.name, { range: { offset: 0, length: Math.min(size, SUMMARY_BYTES) } })
    if (isTombstone(bytes)) throw notPublished(file.name)
    const end = firstPartEnd(file, bytes)
    return end > bytes.length ? store.get(file.name, { range: { offset: 0, length: end } }) : bytes
  }

  async #timeAfterParent({ time, parent }: SnapshotManifest): Promise<string> {
    const siblings = parent === undefined ? [] : (await this.list()).snapshots
    const parentTime = siblings.find((snapshot) => snapshot.id === parent)?.time
    if (parentTime === undefined || parentTime < time) return time
    return new Date(Date.parse(parentTime) + 1).toISOString()
  }

  #file(id: SnapshotId): DocumentFile {
    const bytes = Buffer.from(id, 'hex')
    const key = deriveFileKey(this.#context.keys.manifest, bytes, 'manifest file')
    return { magic: 'DBSM', key, repositoryId: this.#context.repositoryId, fileId: bytes, name: snapshotFile(id) }
  }
}

function resolveIn({ snapshots, damaged }: SnapshotListing, name: string): SnapshotSummary {
  const inTheWay = damaged.find(({ id }) => name.includes('latest') || id.startsWith(name))
  if (inTheWay !== undefined) throw inTheWay.error
  return resolveSnapshotName(name, snapshots)
}

function decodeSummary(file: DocumentFile, id: SnapshotId, bytes: Buffer): SnapshotSummary {
  const summary = summarySchema.safeParse(decodeSealedDocument(file, bytes, 0))
  if (!summary.success || summary.data.id !== id) throw damaged(`${file.name} is damaged: it is not this manifest`)
  return summary.data
}

/** Times are ISO 8601 in one form, so that their text has their order; ids only make the order firm. */
function newestFirst(a: SnapshotSummary, b: SnapshotSummary): number {
  if (a.time !== b.time) return a.time < b.time ? 1 : -1
  return a.id < b.id ? 1 : -1
}
