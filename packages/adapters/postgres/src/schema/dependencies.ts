import type { Address } from './catalog-address.ts'

/** One row of `pg_depend`: `object` needs `referenced`. */
export interface Dependency {
  readonly object: Address
  readonly referenced: Address
  readonly type: string
}

/**
 * The rows of `pg_depend`, in columns: a table has seven of them, and as an object with its place in an index each took 300
 * bytes. Here it takes 24.
 */
export class Dependencies implements Iterable<Dependency> {
  readonly #objects: Address[] = []
  readonly #referenced: Address[] = []
  readonly #types: string[] = []

  /** Adds the next row; objects must ascend. */
  add({ object, referenced, type }: Dependency): void {
    this.#objects.push(object)
    this.#referenced.push(referenced)
    this.#types.push(type)
  }

  *[Symbol.iterator](): Generator<Dependency, void, undefined> {
    for (let row = 0; row < this.#objects.length; row++) yield this.#at(row)
  }

  /** The rows of one object. */
  of(object: Address): Dependency[] {
    const found: Dependency[] = []
    for (let row = this.#firstRow(object); this.#objects[row] === object; row++) found.push(this.#at(row))
    return found
  }

  #firstRow(object: Address): number {
    let low = 0
    let high = this.#objects.length
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
      type: this.#types[row] as string,
    }
  }
}
