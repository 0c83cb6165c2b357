import type { ObjectId } from '../values/object-id.ts'

/** Slots per object: a lookup of what is there looks at 6 on average, of what is not, which is seldom asked for, at 60, beside each other. */
const SLOTS_PER_OBJECT = 1.1

/**
 * Gives each of many ids a slot, so that what is known of it can stand in typed arrays: 7 bytes an id, where a `Map` takes 150.
 * Of an id the first 6 bytes are kept: that one that is absent seems to be there has a chance of 1 in 10^7 beside 20 million.
 */
export class IdTable {
  /** Slots are below this. */
  readonly slots: number
  readonly #high: Uint32Array
  readonly #low: Uint16Array

  /** Room for so many. */
  constructor(ids: number) {
    this.slots = Math.ceil(ids * SLOTS_PER_OBJECT) + 1
    this.#high = new Uint32Array(this.slots)
    this.#low = new Uint16Array(this.slots)
  }

  /** The slot of an id, from now on. */
  add(id: ObjectId): number {
    return this.#add(high(id), low(id))
  }

  /** The same of the id that stands at `at`: no text is made of it. */
  addAt(bytes: Buffer, at: number): number {
    return this.#add(bytes.readUInt32BE(at), bytes.readUInt16BE(at + 4) || NOT_FREE)
  }

  /** The slot of an id; undefined where it was never added. */
  find(id: ObjectId): number | undefined {
    const slot = this.#search(high(id), low(id))
    return this.#low[slot] === 0 ? undefined : slot
  }

  #add(high: number, low: number): number {
    const slot = this.#search(high, low)
    this.#high[slot] = high
    this.#low[slot] = low
    return slot
  }

  /** Where it stands, or the free slot where it would. */
  #search(high: number, low: number): number {
    let slot = high % this.slots
    while (this.#low[slot] !== 0 && (this.#high[slot] !== high || this.#low[slot] !== low)) {
      slot = slot + 1 === this.slots ? 0 : slot + 1
    }
    return slot
  }
}

/** In the place of 0, which stands for a free slot. */
const NOT_FREE = 1

const high = (id: ObjectId): number => Number.parseInt(id.slice(0, 8), 16)
const low = (id: ObjectId): number => Number.parseInt(id.slice(8, 12), 16) || NOT_FREE
