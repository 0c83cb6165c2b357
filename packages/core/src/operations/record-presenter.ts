import { shownDocument } from '../records/bson/extended-json.ts'
import { compareFields, type FieldComparison } from '../records/changed-fields.ts'
import { RecordFields } from '../records/record-fields.ts'
import type { CollectionLayout, Column } from '../values/collection.ts'
import type { Json, JsonObject } from '../values/json.ts'

/** Turns a collection's records into what people and programs see. */
export interface RecordPresenter {
  /** All columns by name; of a document all fields, as canonical extended JSON. */
  record(record: Buffer): JsonObject
  /** The key's columns of a record that was shown. */
  key(shown: JsonObject): JsonObject
}

/** The presenter of a collection. */
export function createRecordPresenter(layout: CollectionLayout): RecordPresenter {
  return layout.format === 'bson' ? new DocumentPresenter() : new RowPresenter(layout)
}

class DocumentPresenter implements RecordPresenter {
  record(record: Buffer): JsonObject {
    return shownDocument(record)
  }

  key(shown: JsonObject): JsonObject {
    return { _id: shown._id as Json }
  }
}

class RowPresenter implements RecordPresenter {
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

  record(record: Buffer): JsonObject {
    this.#fields.read(record)
    if (!this.#isAssignable) return Object.fromEntries(this.#names.map((name, i) => [name, this.#fields.shown(i)]))
    const shown: Record<string, Json> = {}
    for (let i = 0; i < this.#names.length; i++) shown[this.#names[i] as string] = this.#fields.shown(i)
    return shown
  }

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
  /** Whether records are documents, and their changes have paths. */
  readonly documents: boolean

  constructor(left: CollectionLayout, right: CollectionLayout) {
    this.left = createRecordPresenter(left)
    this.right = createRecordPresenter(right)
    this.documents = left.format === 'bson'
    this.fields = compareFields(left, right)
  }
}
