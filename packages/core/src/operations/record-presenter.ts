import { compareFields, type FieldComparison } from '../records/changed-fields.ts'
import { decodeFields } from '../records/copy-text-fields.ts'
import { showValue } from '../records/show-value.ts'
import type { CollectionLayout, Column } from '../values/collection.ts'
import type { Json, JsonObject } from '../values/json.ts'

/** Turns a collection's records into what people and programs see. */
export class RecordPresenter {
  readonly #layout: CollectionLayout

  constructor(layout: CollectionLayout) {
    this.#layout = layout
  }

  /** All columns by name. */
  record(record: Buffer): JsonObject {
    const { columns, encoding } = this.#layout
    const values = decodeFields(record, this.#layout)
    // Not by assignment: a column may be named `__proto__`.
    return Object.fromEntries(columns.map((column, i) => [column.name, showValue(values[i] ?? null, column, encoding)]))
  }

  /** The key's columns of a record that was shown. */
  key(shown: JsonObject): JsonObject {
    const { columns, key } = this.#layout
    const names = key.map(({ column }) => (columns[column] as Column).name)
    return Object.fromEntries(names.map((name) => [name, shown[name] as Json]))
  }
}

/** Presents the two sides of a diff. */
export class ChangePresenter {
  readonly left: RecordPresenter
  readonly right: RecordPresenter
  readonly fields: FieldComparison

  constructor(left: CollectionLayout, right: CollectionLayout) {
    this.left = new RecordPresenter(left)
    this.right = new RecordPresenter(right)
    this.fields = compareFields(left, right)
  }
}
