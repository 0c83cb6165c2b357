/**
 * How the bytes of a collection's records are laid out.
 * `copy-text`: PostgreSQL COPY text: fields separated by a tab, each record ended by a newline, `\N` for NULL,
 * backslash escapes for tab, newline, carriage return and backslash. MySQL records use the same form.
 * `bson`: raw BSON documents, each beginning with its own length.
 */
export type RecordFormat = 'copy-text' | 'bson'

/**
 * How values of a key column are ordered, and so encoded in a record key (`records/key-encoding.ts`).
 * - `integer`: decimal digits with an optional minus sign, any length.
 * - `decimal`: digits of a fixed scale, so that equal values have one text; `NaN` sorts last.
 * - `date`: ISO 8601 date or timestamp text as PostgreSQL prints it (`2024-02-29 12:00:00.5+00`, ` BC`, `infinity`).
 * - `text`: the text itself, byte by byte. Every type that is none of the above.
 */
export type TextKeyOrder = 'integer' | 'decimal' | 'date' | 'text'

/** `bson`: a value of any type in BSON comparison order, of documents; every other is of a column's text. */
export type KeyOrder = TextKeyOrder | 'bson'

/** How a value is shown in JSON: as a number, as a boolean, or as the engine's own text in a string. */
export type ValueShape = 'number' | 'boolean' | 'string'

/** How two texts of one column are compared before a difference is called a change. */
export type ValueEquality = 'bytes' | 'json' | 'float'

/** A column whose value stands in the record. */
export interface Column {
  readonly name: string
  /** The engine's own name of the type, modifiers included: `numeric(10,2)`. */
  readonly type: string
  readonly shape: ValueShape
  readonly equality: ValueEquality
}

/** One column of a collection's key. */
export interface KeyColumn {
  /** Position in `columns`, from 0. */
  readonly column: number
  readonly order: KeyOrder
}

/** What has to be known about a collection to read its records' bytes. Kept in the snapshot's manifest. */
export interface CollectionLayout {
  /** `schema.table` for PostgreSQL, the bare name elsewhere. Unique within a snapshot. */
  readonly name: string
  /** The partitioned table or the parent under which this collection is shown. */
  readonly parent?: string
  readonly format: RecordFormat
  /** Text encoding of the records' bytes: a WHATWG label such as `utf-8`; `bytes` where the engine promises none. */
  readonly encoding: string
  /** In the order in which values stand in a record. Of documents only `_id`, for the key: every other field is in each its own. */
  readonly columns: readonly Column[]
  /** The key's columns, most significant first. Empty: the collection has no key and its records are ordered by hash. */
  readonly key: readonly KeyColumn[]
}
