import { compareFields, type FieldComparison } from '../records/changed-fields.ts'
import { RecordFields } from '../records/record-fields.ts'
import type { CollectionLayout, Column } from '../values/collection.ts'
import type { Json, JsonObject } from '../values/json.ts'

/** Turns a collection's records into what people and programs see. */
export class RecordPresenter {
  readonly #names: readonly string[]
  readonly #key: readonly string[]
  readonly #fields: RecordFields
  readonly #isAssignable: boolean

  constructor(layout: CollectionLayout) {
    this.#names = layout.columns.map(({ name }) => name)
    this.#key = layout.key.map(({ column }) => (layout.columns[column] as Column).name)
    this.#fields = new RecordFields(layout)
    // Assigned to, `__proto__` is no property.
    this.#isAssignable = !this.#names.includes('__proto__')
  }

  /** All columns by name. */
  record(record: Buffer): JsonObject {
    this.#fields.read(record)
    if (!this.#isAssignable) return Object.fromEntries(this.#names.map((name, i) => [name, this.#fields.shown(i)]))
    const shown: Record<string, Json> = {}
    for (let i = 0; i < this.#names.length; i++) shown[this.#names[i] as string] = this.#fields.shown(i)
    return shown
  }

  /** The key's columns of a record that was shown. */
  key(shown: JsonObject): JsonObject {
    if (!this.#isAssignable) return Object.fromEntries(this.#key.map((name) => [name, shown[name] as Json]))
    const key: Record<string, Json> = {}
    for (const name of this.#key) key[name] = shown[name] as Json
    return key
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
