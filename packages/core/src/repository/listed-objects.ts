import type { ObjectId } from '../values/object-id.ts'
import { IdTable } from './id-table.ts'

/**
 * Which objects are listed, and how near to whole: for whoever asks for all of them. 12.5 bytes an object, 250 MB for 20 million;
 * to ask the index files would take a block of each, 400 for as many.
 */
export class ListedObjects {
  readonly #ids: IdTable
  /** Lowest version plus one; 0: not listed. */
  readonly #versions: Uint16Array

  /** Room for so many. */
  constructor(objects: number) {
    this.#ids = new IdTable(objects)
    this.#versions = new Uint16Array(this.#ids.slots)
  }

  add(id: ObjectId, version: number): void {
    const slot = this.#ids.add(id)
    const before = this.#versions[slot] as number
    if (before === 0 || before > version + 1) this.#versions[slot] = version + 1
  }

  /** The lowest version of its copies; undefined where it is not listed. */
  version(id: ObjectId): number | undefined {
    const slot = this.#ids.find(id)
    return slot === undefined ? undefined : (this.#versions[slot] as number) - 1
  }
}
