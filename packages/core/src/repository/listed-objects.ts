import { INDEX_ENTRY_BYTES, indexEntryVersion } from '../format/index-codec.ts'
import type { ObjectId } from '../values/object-id.ts'
import { IdTable } from './id-table.ts'

/**
 * Which objects are listed, and how near to whole: for whoever asks for all of them. 8 bytes an object, 160 MB for 20 million;
 * to ask the index files would take a block of each, 400 for as many.
 */
export class ListedObjects {
  readonly #ids: IdTable
  /** The lowest of each object's copies. */
  readonly #versions: Uint8Array

  /** Room for so many. */
  constructor(objects: number) {
    this.#ids = new IdTable(objects)
    this.#versions = new Uint8Array(this.#ids.slots).fill(255)
  }

  add(id: ObjectId, version: number): void {
    this.#note(this.#ids.add(id), version)
  }

  /** All that a block of an index file lists. */
  addBlock(block: Buffer): void {
    for (let at = 0; at < block.length; at += INDEX_ENTRY_BYTES) {
      this.#note(this.#ids.addAt(block, at), indexEntryVersion(block, at))
    }
  }

  /** The lowest version of its copies; undefined where it is not listed. */
  version(id: ObjectId): number | undefined {
    const slot = this.#ids.find(id)
    return slot === undefined ? undefined : this.#versions[slot]
  }

  #note(slot: number, version: number): void {
    this.#versions[slot] = Math.min(this.#versions[slot] as number, version)
  }
}
