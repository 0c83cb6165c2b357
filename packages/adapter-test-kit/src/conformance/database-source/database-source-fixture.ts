import type { DatabaseSource } from '@dbsnap/core/ports'
import type { KeyColumn, TextKeyOrder } from '@dbsnap/core/values'

/**
 * What a column of a law's table holds; the fixture picks its engine's type. `decimal`: numeric of scale 2. `date`: a
 * date. `text`: any string, compared by its bytes. A native type is given in the engine's own words.
 */
export type ColumnKind = TextKeyOrder | { readonly native: string }

/** A table as a law wants it, in words of no engine. */
export interface TableWish {
  /** Lower case, `[a-z0-9_]`. The fixture may qualify it; it returns the collection's name. */
  readonly name: string
  readonly columns: Readonly<Record<string, ColumnKind>>
  /** Names of the primary key's columns; empty: no key, and equal rows are legal. */
  readonly key: readonly string[]
  /** Values as the engine's own text, NULL as null, in the order of the columns. To be inserted in this order. */
  readonly rows: readonly (readonly (string | null)[])[]
}

/** A native type with values that must come back exactly, as text of the engine. */
export interface NativeValues {
  readonly type: string
  readonly values: readonly string[]
}

/** A law's rows as records of the engine's own format, and back; where the engine's records are not COPY text. */
export interface RecordForm {
  /** Whether collections may lack a key; where not, a table without one is asked to have keys that the fixture makes up. */
  readonly keyless: boolean
  /** Names of the columns that the collection's layout lists, and its key: documents list only what their key needs. */
  layout(wish: Pick<TableWish, 'columns' | 'key'>): {
    readonly columns: readonly string[]
    readonly key: readonly KeyColumn[]
  }
  /** Cuts the bytes of whole records. */
  split(bytes: Buffer): Buffer[]
  /** The values of one record as text, NULL as null, in the order of the columns that the fixture was asked for. */
  decode(collection: string, record: Buffer): (string | null)[]
  /** A record of a collection made by `createTable`. */
  encode(collection: string, row: readonly (string | null)[]): Buffer
}

/** What an adapter's proof gives to a law: a source over an empty database, and hands that change the database. */
export interface DatabaseSourceFixture {
  readonly source: DatabaseSource
  /** Every type of the engine with its edges: extremes, NaN, -0, infinities, empty against NULL, tabs and newlines. */
  readonly nativeValues: readonly NativeValues[]
  /** Default: COPY text, with a layout of all columns. */
  readonly form?: RecordForm
  /** Creates and fills a table; returns the name of its collection. */
  createTable(wish: TableWish): Promise<string>
  /** In one transaction: inserts rows into a collection made by `createTable`. */
  insert(collection: string, rows: TableWish['rows']): Promise<void>
  /** In one transaction: deletes the rows whose first column has one of these values. */
  remove(collection: string, values: readonly string[]): Promise<void>
  /** Connections that the source holds at the server right now. */
  openConnections(): Promise<number>
  /** A source that cannot connect, with the secrets in its address. */
  readonly unusable?: { readonly source: DatabaseSource; readonly secrets: readonly string[] }
  dispose(): Promise<void>
}
