import type { Json } from '@dbsnap/core/values'
import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { qualifiedName, quoteLiteral, sqlName } from './identifiers.ts'

interface Row {
  readonly oid: Oid
  readonly schema: string
  readonly name: string
  readonly defined: boolean
  readonly input: string | null
  readonly output: string | null
  readonly receive: string | null
  readonly send: string | null
  readonly modifierIn: string | null
  readonly modifierOut: string | null
  readonly analyze: string | null
  readonly subscript: string | null
  readonly length: number
  readonly byValue: boolean
  readonly alignment: 'c' | 's' | 'i' | 'd'
  readonly storage: 'p' | 'e' | 'm' | 'x'
  readonly category: string
  readonly preferred: boolean
  readonly default: string | null
  readonly element: string | null
  readonly delimiter: string
  readonly collatable: boolean
}

const ALIGNMENTS = { c: 'char', s: 'int2', i: 'int4', d: 'double' } as const
const STORAGES = { p: 'plain', e: 'external', m: 'main', x: 'extended' } as const

/** Types with input and output functions of their own, and types that only have a name so far. */
export async function readBaseTypes(catalog: Catalog): Promise<Draft[]> {
  const named = (column: string) => `
    (SELECT pg_catalog.format('%I.%I', fn.nspname, f.proname) FROM pg_catalog.pg_proc f
       JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = t.${column}::oid)`
  const rows = await catalog.ownRows<Row>(
    'pg_type',
    `SELECT t.oid, n.nspname AS schema, t.typname AS name, t.typisdefined AS defined,
            ${named('typinput')} AS input, ${named('typoutput')} AS output, ${named('typreceive')} AS receive,
            ${named('typsend')} AS send, ${named('typmodin')} AS "modifierIn", ${named('typmodout')} AS "modifierOut",
            ${named('typanalyze')} AS analyze,
            ${catalog.features.multiranges ? named('typsubscript') : 'NULL'} AS subscript,
            t.typlen AS length, t.typbyval AS "byValue", t.typalign AS alignment, t.typstorage AS storage,
            t.typcategory AS category, t.typispreferred AS preferred, t.typdefault AS default,
            CASE WHEN t.typelem <> 0 THEN pg_catalog.format_type(t.typelem, NULL) END AS element,
            t.typdelim AS delimiter, t.typcollation <> 0 AS collatable
       FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
      WHERE (t.typtype = 'b' OR NOT t.typisdefined) AND ${USER_SCHEMA}
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid) ORDER BY 2, 3`,
  )
  return rows.map((row) => {
    const sql = sqlName(row.schema, row.name)
    const shell = `CREATE TYPE ${sql}`
    const common = {
      kind: 'base type',
      name: qualifiedName(row.schema, row.name),
      section: 'pre-data' as const,
      addresses: [address('pg_type', row.oid)],
      sql: `TYPE ${sql}`,
    }
    if (!row.defined) return { ...common, definition: { defined: false }, statements: [shell] }
    const options = typeOptions(row)
    const list = options.map(([name, value]) => `  ${name} = ${value}`).join(',\n')
    return {
      ...common,
      definition: Object.fromEntries(options.map(([name, value]): [string, Json] => [name.toLowerCase(), value])),
      statements: [`CREATE TYPE ${sql} (\n${list}\n)`],
      shell,
    }
  })
}

function typeOptions(row: Row): [string, string][] {
  const given = (name: string, value: string | null): [string, string][] => (value === null ? [] : [[name, value]])
  return [
    ...given('INPUT', row.input),
    ...given('OUTPUT', row.output),
    ...given('RECEIVE', row.receive),
    ...given('SEND', row.send),
    ...given('TYPMOD_IN', row.modifierIn),
    ...given('TYPMOD_OUT', row.modifierOut),
    ...given('ANALYZE', row.analyze),
    ...given('SUBSCRIPT', row.subscript),
    ['INTERNALLENGTH', row.length === -1 ? 'variable' : String(row.length)],
    ...(row.byValue ? [['PASSEDBYVALUE', 'true'] as [string, string]] : []),
    ['ALIGNMENT', ALIGNMENTS[row.alignment]],
    ['STORAGE', STORAGES[row.storage]],
    ['CATEGORY', quoteLiteral(row.category)],
    ...(row.preferred ? [['PREFERRED', 'true'] as [string, string]] : []),
    ...given('DEFAULT', row.default === null ? null : quoteLiteral(row.default)),
    ...given('ELEMENT', row.element),
    ['DELIMITER', quoteLiteral(row.delimiter)],
    ...(row.collatable ? [['COLLATABLE', 'true'] as [string, string]] : []),
  ]
}
