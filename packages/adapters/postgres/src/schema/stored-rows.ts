import { JsonStore } from './json-store.ts'

/** Rows in the order in which they came, each made anew when it is asked for. */
export class StoredRows<Row extends object> implements Iterable<Row> {
  readonly #store = new JsonStore()
  readonly #byKey = new Map<string, number>()

  /** Keeps the rows, each by the key that `keyOf` gives it. */
  static async of<Row extends object>(
    rows: AsyncIterable<Row> | Iterable<Row>,
    keyOf: (row: Row) => string,
  ): Promise<StoredRows<Row>> {
    const stored = new StoredRows<Row>()
    for await (const row of rows) stored.#byKey.set(keyOf(row), stored.#store.put(row))
    return stored
  }

  get(key: string): Row | undefined {
    const number = this.#byKey.get(key)
    return number === undefined ? undefined : this.#store.get(number)
  }

  *[Symbol.iterator](): Generator<Row, void, undefined> {
    for (let number = 0; number < this.#store.count; number++) yield this.#store.get(number)
  }
}
