import type { Address } from './catalog-address.ts'

/** One row of `pg_depend`: `object` needs `referenced`. */
export interface Dependency {
  readonly object: Address
  readonly referenced: Address
  readonly type: string
}

/** Rows that there is room for at first; it doubles. */
const FIRST_ROWS = 1024

/**
 * The rows of `pg_depend`, outside the heap: a table has seven of them, and as an object with its place in an index each
 * took 300 bytes. Here it takes 17.
 */
export class Dependencies implements Iterable<Dependency> {
  #objects = new Float64Array(FIRST_ROWS)
  #referenced = new Float64Array(FIRST_ROWS)
  #types = new Uint8Array(FIRST_ROWS)
  #count = 0

  /** Adds the next row; objects must ascend. */
  add({ object, referenced, type }: Dependency): void {
    if (this.#count === this.#objects.length) this.#grow()
    this.#objects[this.#count] = object
    this.#referenced[this.#count] = referenced
    this.#types[this.#count] = type.charCodeAt(0)
    this.#count++
  }

  *[Symbol.iterator](): Generator<Dependency, void, undefined> {
    for (let row = 0; row < this.#count; row++) yield this.#at(row)
  }

  /** The rows of one object. */
  of(object: Address): Dependency[] {
    const found: Dependency[] = []
    for (let row = this.#firstRow(object); row < this.#count && this.#objects[row] === object; row++) {
      found.push(this.#at(row))
    }
    return found
  }

  #firstRow(object: Address): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#objects[middle] as Address) < object) low = middle + 1
      else high = middle
    }
    return low
  }

  #at(row: number): Dependency {
    return {
      object: this.#objects[row] as Address,
      referenced: this.#referenced[row] as Address,
      type: String.fromCharCode(this.#types[row] as number),
    }
  }

  #grow(): void {
    const [objects, referenced, types] = [this.#objects, this.#referenced, this.#types]
    this.#objects = new Float64Array(2 * this.#count)
    this.#referenced = new Float64Array(2 * this.#count)
    this.#types = new Uint8Array(2 * this.#count)
    this.#objects.set(objects)
    this.#referenced.set(referenced)
    this.#types.set(types)
  }
}
