import type { KeyOrder, ValueEquality, ValueShape } from '@dbsnap/core/values'
import { quoteName } from './sql-text.ts'

/** What of a column decides how its values are read, ordered and written. */
export interface ColumnType {
  readonly name: string
  /** The bare type in lower case: `int`, `varchar`, `geometry`. */
  readonly dataType: string
  /** Of character types; null for all others. */
  readonly charset: string | null
  readonly collation: string | null
}

/** How a key column is ordered: by the server's own order, or by the bytes of its text. */
export interface KeyType {
  readonly order: KeyOrder
  /** The SQL expression to order by. */
  readonly expression: string
}

const INTEGERS = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'year'])
/** Shown as JSON numbers; a bigint may be more than JSON's readers hold. */
const SMALL_INTEGERS = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'year'])
const DATES = new Set(['date', 'datetime', 'timestamp'])
/** Bytes that the server neither converts nor compares by anything but their value. */
const BINARY = new Set(['bit', 'binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'])
const SPATIAL = new Set([
  'geometry',
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
  'geometrycollection',
  'geomcollection',
])

/** Collations that compare by bytes and do not take an end for spaces; of charsets whose bytes are UTF-8. */
const BYTE_ORDER = new Set(['utf8mb4_0900_bin', 'utf8mb4_nopad_bin', 'utf8mb3_nopad_bin', 'ascii_nopad_bin'])

/** Charsets whose bytes are sent as they are stored. */
const UTF8 = new Set(['utf8mb4', 'utf8mb3', 'utf8', 'ascii'])
/** Charsets of which every text comes back from UTF-8 as it was. Not ascii: MariaDB lets its columns hold other bytes, and sends a question mark. */
const REVERSIBLE = new Set(['utf8mb4', 'utf8mb3', 'utf8', 'latin1', 'binary', 'ucs2', 'utf16', 'utf16le', 'utf32'])

/** Whether values are bytes and not text. */
export function isBinary({ dataType, charset }: ColumnType): boolean {
  return BINARY.has(dataType) || SPATIAL.has(dataType) || dataType === 'vector' || charset === 'binary'
}

/** Types that take bytes for another form of the value than its text. */
const TEXT_ONLY = new Set(['json', 'uuid', 'inet4', 'inet6'])

/** Whether a value, sent as bytes, has to be said to be a text in UTF-8. */
export function isConverted({ charset, dataType }: ColumnType): boolean {
  return TEXT_ONLY.has(dataType) || (charset !== null && charset !== 'binary' && !UTF8.has(charset))
}

/** Whether a conversion to UTF-8 may lose something, so that it has to be checked. */
export function mayLoseText({ charset }: ColumnType): boolean {
  return charset !== null && !REVERSIBLE.has(charset)
}

/**
 * The SQL expression whose text is the value. The text of FLOAT has six digits; as a double it has all it needs. Not by
 * adding 0, which makes 0 of -0.
 */
export function valueExpression({ name, dataType }: ColumnType): string {
  return dataType === 'float' ? `${quoteName(name)}*1e0` : quoteName(name)
}

/** The SQL expression whose value is the bytes that `valueExpression` is sent as. */
export function bytesExpression(column: ColumnType): string {
  const value = valueExpression(column)
  if (isBinary(column)) return SPATIAL.has(column.dataType) ? `UNHEX(HEX(${value}))` : `CAST(${value} AS BINARY)`
  const text = column.charset === null ? `CAST(${value} AS CHAR)` : value
  return `CAST(CONVERT(${text} USING utf8mb4) AS BINARY)`
}

/** The order in which records of a key are read: always that of the bytes which are sent. */
export function keyTypeOf(column: ColumnType): KeyType {
  const own = quoteName(column.name)
  if (INTEGERS.has(column.dataType)) return { order: 'integer', expression: own }
  if (column.dataType === 'decimal') return { order: 'decimal', expression: own }
  if (DATES.has(column.dataType)) return { order: 'date', expression: own }
  if (BINARY.has(column.dataType) || BYTE_ORDER.has(column.collation ?? '')) return { order: 'text', expression: own }
  return { order: 'text', expression: bytesExpression(column) }
}

export function valueShapeOf({ dataType }: ColumnType): ValueShape {
  return SMALL_INTEGERS.has(dataType) ? 'number' : 'string'
}

/** MySQL keeps no text of `json`, only what it says; MariaDB's is a text like any other. */
export function valueEqualityOf({ dataType }: ColumnType): ValueEquality {
  if (dataType === 'json') return 'json'
  return dataType === 'float' || dataType === 'double' ? 'float' : 'bytes'
}
