import { isDbSnapError } from '../errors/dbsnap-error.ts'
import { throwIfInterrupted } from '../errors/throw-if-interrupted.ts'
import type { SnapshotCollection, SnapshotManifest } from '../format/snapshot-manifest.ts'
import type { ChunkEntry } from '../record-tree/chunk-entry.ts'
import { decodeSegments } from '../record-tree/segments-codec.ts'
import { TreeCursor } from '../record-tree/tree-cursor.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import { schemaOf } from './diff-operand.ts'
import type { OperationContext } from './operation-context.ts'
import { rootOf } from './tree-root-of.ts'

/** Records of one collection that cannot be read, of so many. */
export interface LostRecords {
  readonly collection: string
  readonly records: number
  readonly lostRecords: number
}

/** Walks the trees of snapshots to their chunks, each shared node once, and counts what is lost. */
export class SnapshotWalk {
  readonly #context: OperationContext
  readonly #isPresent: (id: ObjectId) => boolean
  readonly #signal: AbortSignal | undefined
  /** Nodes below which all is there, as far as they were walked. */
  readonly #whole = new Set<ObjectId>()

  /** `isPresent` says which chunks can be read. */
  constructor(context: OperationContext, isPresent: (id: ObjectId) => boolean, signal: AbortSignal | undefined) {
    this.#context = context
    this.#isPresent = isPresent
    this.#signal = signal
  }

  /** Why a snapshot cannot be read in full, and what of it; undefined where it can, as far as its structure tells. */
  async check(id: SnapshotId): Promise<{ problem: string; lost: LostRecords[] } | undefined> {
    const lost: LostRecords[] = []
    let problem: string | undefined
    let manifest: SnapshotManifest
    try {
      manifest = await this.#context.objects.snapshots.load(id)
    } catch (error) {
      return { problem: damageOf(error), lost }
    }
    try {
      await schemaOf(this.#context, manifest)
    } catch (error) {
      problem = damageOf(error)
    }
    for (const collection of manifest.collections) {
      const lostRecords = await this.#lostOf(collection)
      const { records, layout } = collection
      if (lostRecords > 0) lost.push({ collection: layout.name, records, lostRecords })
    }
    if (manifest.records !== manifest.collections.reduce((sum, { records }) => sum + records, 0)) {
      problem ??= 'its number of records is not that of its collections'
    }
    if (lost.length > 0) problem ??= `records of ${lost.map(({ collection }) => collection).join(', ')} are lost`
    return problem === undefined ? undefined : { problem, lost }
  }

  /** Records that cannot be read. */
  async #lostOf(collection: SnapshotCollection): Promise<number> {
    const cursor = new TreeCursor(this.#context.objects.reader, rootOf(collection))
    if (!(await isReadable(cursor.open()))) return collection.records
    let lost = 0
    /** By level: the node that was entered last. */
    const path: ObjectId[] = []
    for (let entry = cursor.entry; entry !== undefined; entry = cursor.entry) {
      throwIfInterrupted(this.#signal, 'checking')
      const { level } = cursor
      if (level >= 0 && !this.#whole.has(entry.id) && (await isReadable(cursor.descend()))) {
        path[level] = entry.id
        this.#whole.add(entry.id)
        continue
      }
      const isLost = level >= 0 ? !this.#whole.has(entry.id) : !(await this.#isWhole(entry))
      if (isLost) {
        lost += entry.records
        // Whoever shares these must walk them too, to count the same.
        for (const above of path.slice(level + 1)) this.#whole.delete(above)
      }
      cursor.skip()
    }
    return lost
  }

  /** Whether a chunk is there, and all segments of a large record. */
  async #isWhole({ id, segmented }: ChunkEntry): Promise<boolean> {
    if (!this.#isPresent(id)) return false
    if (!segmented) return true
    const reading = this.#context.objects.reader.read('segments', id)
    if (!(await isReadable(reading))) return false
    return decodeSegments(await reading, id).every((segment) => this.#isPresent(segment))
  }
}

/** Whether it can be read; what is no damage is passed on. */
async function isReadable(reading: Promise<unknown>): Promise<boolean> {
  try {
    await reading
    return true
  } catch (error) {
    damageOf(error)
    return false
  }
}

/** What is damaged, in words. */
function damageOf(error: unknown): string {
  if (isDbSnapError(error) && ['DAMAGED', 'OBJECT_MISSING', 'STORE_KEY_MISSING'].includes(error.code)) {
    return error.message
  }
  throw error
}
