import type { FieldChange } from '../records/bson/document-diff.ts'
import type { JsonPatchOperation } from '../records/bson/json-patch.ts'
import type { Json, JsonObject } from '../values/json.ts'

/** What became of a record or schema object from the left side to the right. */
export type ChangeKind = 'added' | 'removed' | 'changed'

/** One record that differs, its values as people see them. */
export interface RecordChange {
  readonly type: 'change'
  readonly collection: string
  /** `reordered`: a document in which nothing but the order of fields differs; only where `fieldOrder` asks for it. */
  readonly kind: ChangeKind | 'reordered'
  /** The key's columns; `{}` where the collection has no key. */
  readonly key: JsonObject
  /** null for an added record. */
  readonly before: JsonObject | null
  /** null for a removed record. */
  readonly after: JsonObject | null
  /**
   * Names of the columns that differ, sorted; of a document the paths of its fields (of a reordered one those of the documents
   * within, `''` the document itself). Empty unless `changed` or `reordered`.
   */
  readonly fields: readonly string[]
  /** What became of each field of a changed document, in the order of its fields. */
  readonly changes?: readonly FieldChange[]
  /** From the document before to the one after; only where `jsonPatch` asks for it. */
  readonly patch?: readonly JsonPatchOperation[]
  /** How many equal records came or went; only where the collection has no key. */
  readonly count?: number
}

/** One object of the schema that differs. */
export interface SchemaChange {
  readonly type: 'schema'
  /** The object's kind: `table`, `column`, `index`, ... */
  readonly object: string
  readonly kind: ChangeKind
  readonly name: string
  readonly before: Json
  readonly after: Json
}

/** Exact counts for one collection. */
export interface CollectionSummary {
  readonly name: string
  readonly added: number
  readonly removed: number
  readonly changed: number
  /** Documents that differ in the order of their fields alone; only where `fieldOrder` asks for it, and where there are some. Among the equal. */
  readonly reordered?: number
  readonly recordsBefore: number
  readonly recordsAfter: number
}

/** The end of every diff. Exact whatever was filtered or limited before it. */
export interface DiffSummary {
  readonly type: 'summary'
  /** Every collection that was compared, by name. */
  readonly collections: readonly CollectionSummary[]
  readonly schema: { readonly added: number; readonly removed: number; readonly changed: number }
}

/** What a diff yields: changes of records, then of the schema, last the summary. Tell them apart by `type`. */
export type Difference = RecordChange | SchemaChange | DiffSummary

/** Whether a summary tells of any difference. */
export function hasDifferences(summary: DiffSummary): boolean {
  const { added, removed, changed } = summary.schema
  return added + removed + changed > 0 || summary.collections.some((c) => c.added + c.removed + c.changed > 0)
}
