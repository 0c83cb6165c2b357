import { INDEX_ENTRY_BYTES, indexEntryKind, indexEntryLength, indexEntryVersion } from '../format/index-codec.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { ObjectKind } from '../values/object-kind.ts'
import { IdTable } from './id-table.ts'
import type { ObjectIndex } from './object-index.ts'
import { indexFile } from './repository-files.ts'

/** Copies of objects of one kind, as the index lists them. */
export interface KindSize {
  readonly objects: number
  /** Of those, deltas. */
  readonly deltas: number
  /** As they lie in packs. */
  readonly bytes: number
}

/** The size of every object that the index lists, in 12 bytes each. */
export class StoredObjects {
  readonly kinds: ReadonlyMap<ObjectKind, KindSize>
  readonly #ids: IdTable
  /** Sealed bytes of the copy nearest to whole. */
  readonly #bytes: Uint32Array

  private constructor(ids: IdTable, bytes: Uint32Array, kinds: ReadonlyMap<ObjectKind, KindSize>) {
    this.#ids = ids
    this.#bytes = bytes
    this.kinds = kinds
  }

  /** Reads all index files. Fails with `DamagedError` at the first that is damaged. */
  static async load(index: ObjectIndex): Promise<StoredObjects> {
    if (index.damagedFiles[0] !== undefined) throw index.damagedFiles[0].error
    const ids = new IdTable(index.files.reduce((sum, { entries }) => sum + entries, 0))
    const bytes = new Uint32Array(ids.slots)
    const versions = new Uint8Array(ids.slots)
    const kinds = new Map<ObjectKind, { objects: number; deltas: number; bytes: number }>()
    for (const file of index.files) {
      for await (const block of file.blocks()) {
        for (let at = 0; at < block.length; at += INDEX_ENTRY_BYTES) {
          const kind = indexEntryKind(block, at, indexFile(file.id))
          const version = indexEntryVersion(block, at)
          const length = indexEntryLength(block, at)
          const size = kinds.get(kind) ?? { objects: 0, deltas: 0, bytes: 0 }
          kinds.set(kind, size)
          size.objects++
          size.deltas += version > 0 ? 1 : 0
          size.bytes += length
          const slot = ids.addAt(block, at)
          if (bytes[slot] !== 0 && (versions[slot] as number) <= version) continue
          bytes[slot] = length
          versions[slot] = version
        }
      }
    }
    versions.buffer.transfer(0)
    return new StoredObjects(ids, bytes, kinds)
  }

  /** Slots are below this. */
  get slots(): number {
    return this.#ids.slots
  }

  /** The slot of an object; undefined where the index does not list it. */
  slotOf(id: ObjectId): number | undefined {
    return this.#ids.find(id)
  }

  bytesAt(slot: number): number {
    return this.#bytes[slot] as number
  }
}
