import type { ObjectId } from '../values/object-id.ts'

/** Slots per object: a lookup looks at three on average. */
const SLOTS_PER_OBJECT = 1.25

/**
 * Which objects are listed, and how near to whole: for whoever asks for all of them. 12.5 bytes an object, 250 MB for 20 million;
 * to ask the index files would take a block of each, 400 for as many. Of an id the first 8 bytes are kept: that one that is
 * absent seems to be there has a chance of 1 in 10^12 beside 20 million.
 */
export class ListedObjects {
  readonly #slots: number
  readonly #high: Uint32Array
  readonly #low: Uint32Array
  /** Lowest version plus one; 0: free. */
  readonly #versions: Uint16Array

  /** Room for so many. */
  constructor(objects: number) {
    this.#slots = Math.ceil(objects * SLOTS_PER_OBJECT) + 1
    this.#high = new Uint32Array(this.#slots)
    this.#low = new Uint32Array(this.#slots)
    this.#versions = new Uint16Array(this.#slots)
  }

  add(id: ObjectId, version: number): void {
    const slot = this.#slotOf(id)
    const before = this.#versions[slot] as number
    if (before !== 0 && before <= version + 1) return
    this.#high[slot] = high(id)
    this.#low[slot] = low(id)
    this.#versions[slot] = version + 1
  }

  /** The lowest version of its copies; undefined where it is not listed. */
  version(id: ObjectId): number | undefined {
    const found = this.#versions[this.#slotOf(id)] as number
    return found === 0 ? undefined : found - 1
  }

  /** Where it stands, or the free slot where it would. */
  #slotOf(id: ObjectId): number {
    const [first, second] = [high(id), low(id)]
    let slot = first % this.#slots
    while (this.#versions[slot] !== 0 && (this.#high[slot] !== first || this.#low[slot] !== second)) {
      slot = slot + 1 === this.#slots ? 0 : slot + 1
    }
    return slot
  }
}

const high = (id: ObjectId): number => Number.parseInt(id.slice(0, 8), 16)
const low = (id: ObjectId): number => Number.parseInt(id.slice(8, 16), 16)
