import type { KeyOrder, ValueEquality, ValueShape } from '@dbsnap/core/values'

/** A column's type as the catalog says it; of a domain, the type beneath it and the modifier that holds. */
export interface BaseType {
  /** Object id of the type; those of built-in types never change. */
  readonly oid: number
  /** `atttypmod`, or -1. */
  readonly modifier: number
}

/** How a key column is ordered: by the database's own order, or by the bytes of its text. */
export interface KeyType {
  readonly order: KeyOrder
  /** The SQL expression to order by, given the quoted column. */
  readonly expression: (column: string) => string
}

const BOOL = 16
const BYTEA = 17
const NAME = 19
const INT8 = 20
const INT2 = 21
const INT4 = 23
const TEXT = 25
const OID = 26
const FLOAT4 = 700
const FLOAT8 = 701
const VARCHAR = 1043
const DATE = 1082
const TIME = 1083
const TIMESTAMP = 1114
const TIMESTAMPTZ = 1184
const NUMERIC = 1700
const UUID = 2950
const JSONB = 3802

const asItIs = (column: string) => column

/** Types whose own order is that of their text, in one of the ways that core can encode, and where equal values have one text. */
const NATIVE_ORDER: Readonly<Record<number, KeyOrder>> = {
  [INT2]: 'integer',
  [INT4]: 'integer',
  [INT8]: 'integer',
  [OID]: 'integer',
  [DATE]: 'date',
  [TIMESTAMP]: 'date',
  [TIMESTAMPTZ]: 'date',
  [UUID]: 'text', // lower-case hex of fixed length
  [BYTEA]: 'text', // lower-case hex; a prefix sorts first in both
  [BOOL]: 'text', // f before t
  [TIME]: 'text', // fixed fields, then a fraction without trailing zeros
}

/**
 * The order in which records of a key are read. The expression's order is always that of the bytes which COPY prints.
 *
 * `concat` and not a cast makes the text: it calls the type's output function, as COPY does, while casts differ from it for
 * `bpchar` (trims), `bool` (`true`), `inet` (adds the mask) and whatever an extension defines. `text` and its kin need
 * neither, and an index with the "C" collation then serves.
 */
export function keyTypeOf(type: BaseType): KeyType {
  const native = NATIVE_ORDER[type.oid]
  if (native !== undefined) return { order: native, expression: asItIs }
  // Without a scale, 1.0 and 1.00 are equal and print differently.
  if (type.oid === NUMERIC && type.modifier >= 0) return { order: 'decimal', expression: asItIs }
  if (type.oid === TEXT || type.oid === VARCHAR || type.oid === NAME) {
    return { order: 'text', expression: (column) => `${column} COLLATE pg_catalog."C"` }
  }
  return { order: 'text', expression: (column) => `pg_catalog.concat(${column}) COLLATE pg_catalog."C"` }
}

/** `int2`, `int4` and booleans are shown as themselves; everything else as the server's text. */
export function valueShapeOf(type: BaseType): ValueShape {
  if (type.oid === INT2 || type.oid === INT4) return 'number'
  return type.oid === BOOL ? 'boolean' : 'string'
}

/** `json` keeps its text and has no equality of its own, so it is compared by bytes; `jsonb` by what it says. */
export function valueEqualityOf(type: BaseType): ValueEquality {
  if (type.oid === JSONB) return 'json'
  return type.oid === FLOAT4 || type.oid === FLOAT8 ? 'float' : 'bytes'
}
