import { isDbSnapError } from '../errors/dbsnap-error.ts'
import { throwIfInterrupted } from '../errors/throw-if-interrupted.ts'
import type { SnapshotManifest } from '../format/snapshot-manifest.ts'
import { decodeSegments } from '../record-tree/segments-codec.ts'
import { TreeCursor } from '../record-tree/tree-cursor.ts'
import type { RepositoryCheck, RepositoryDamage } from '../repository/check-repository.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import { schemaOf } from './diff-operand.ts'
import type { OperationContext } from './operation-context.ts'
import { rootOf } from './tree-root-of.ts'

/** How much is checked. */
export interface CheckOptions {
  /** Share of the objects to read, decrypt and verify, 0 to 1. Default 0: structure only. */
  readonly readFraction?: number
  /** Ends it with an error. */
  readonly signal?: AbortSignal
}

/** What a check has found. */
export interface CheckReport extends Omit<RepositoryCheck, 'lostObjects'> {
  /** Snapshots whose trees were walked to their chunks. */
  readonly snapshots: number
  /** Snapshots that cannot be read in full, and why. */
  readonly brokenSnapshots: readonly { readonly id: SnapshotId; readonly problem: string }[]
  /** Whether nothing is damaged. */
  readonly sound: boolean
}

/** Checks the store's files, then that every snapshot finds all it names. Does not throw for damage. */
export async function checkSnapshots(context: OperationContext, options: CheckOptions): Promise<CheckReport> {
  const { objects } = context
  const { lostObjects, ...files } = await objects.check(options)
  const listing = await objects.snapshots.list()
  const damage: RepositoryDamage[] = listing.damaged.map(({ id, error }) => ({
    file: `snapshots/${id}`,
    problem: error.message,
    objects: 0,
  }))
  const walk = new SnapshotWalk(context, lostObjects, options.signal)
  const brokenSnapshots: { id: SnapshotId; problem: string }[] = []
  for (const { id } of listing.snapshots) {
    const problem = await walk.problemOf(id)
    if (problem !== undefined) brokenSnapshots.push({ id, problem })
  }
  const all = [...files.damage, ...damage]
  const sound = all.length === 0 && brokenSnapshots.length === 0
  return { ...files, damage: all, snapshots: listing.snapshots.length, brokenSnapshots, sound }
}

/** Walks trees, each shared node once. */
class SnapshotWalk {
  readonly #context: OperationContext
  readonly #lost: ReadonlySet<ObjectId>
  readonly #signal: AbortSignal | undefined
  readonly #whole = new Set<ObjectId>()

  constructor(context: OperationContext, lost: ReadonlySet<ObjectId>, signal: AbortSignal | undefined) {
    this.#context = context
    this.#lost = lost
    this.#signal = signal
  }

  /** Why a snapshot cannot be read in full; undefined where it can, as far as its structure tells. */
  async problemOf(id: SnapshotId): Promise<string | undefined> {
    try {
      const manifest = await this.#context.objects.snapshots.load(id)
      await schemaOf(this.#context, manifest)
      for (const collection of manifest.collections) await this.#collection(collection)
      return undefined
    } catch (error) {
      if (isDbSnapError(error) && (error.code === 'DAMAGED' || error.code === 'OBJECT_MISSING')) return error.message
      if (error instanceof MissingChunk) return error.message
      throw error
    }
  }

  async #collection(collection: SnapshotManifest['collections'][number]): Promise<void> {
    const { objects } = this.#context
    const cursor = new TreeCursor(objects.reader, rootOf(collection))
    await cursor.open()
    for (let entry = cursor.entry; entry !== undefined; entry = cursor.entry) {
      throwIfInterrupted(this.#signal, 'checking')
      if (cursor.level >= 0) {
        if (this.#whole.has(entry.id)) cursor.skip()
        else {
          this.#whole.add(entry.id)
          await cursor.descend()
        }
        continue
      }
      await this.#present(entry.id, collection.layout.name)
      if (entry.segmented) {
        const segments = decodeSegments(await objects.reader.read('segments', entry.id), entry.id)
        for (const id of segments) await this.#present(id, collection.layout.name)
      }
      cursor.skip()
    }
  }

  async #present(id: ObjectId, collection: string): Promise<void> {
    if (!this.#lost.has(id) && (await this.#context.objects.has(id))) return
    // A node that names it must be walked again for the next snapshot, to report that one too.
    this.#whole.clear()
    throw new MissingChunk(`records of ${collection} are lost`)
  }
}

class MissingChunk extends Error {}
