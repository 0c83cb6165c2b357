import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { qualifiedName, quoteLiteral, sqlName } from './identifiers.ts'

interface CollationRow {
  readonly oid: Oid
  readonly schema: string
  readonly name: string
  /** `c` libc, `i` ICU, `b` built in, `d` the database's own. */
  readonly provider: 'c' | 'i' | 'b' | 'd'
  readonly deterministic: boolean
  readonly collate: string | null
  readonly ctype: string | null
  readonly locale: string | null
  readonly rules: string | null
}

const PROVIDERS = { c: 'libc', i: 'icu', b: 'builtin', d: 'default' } as const

/** Collations. The version of the library that they were made with is not kept: the target has its own. */
export async function readCollations(catalog: Catalog): Promise<Draft[]> {
  const { collationLocale, collationRules } = catalog.features
  const rows = await catalog.ownRows<CollationRow>(
    'pg_collation',
    `SELECT c.oid, n.nspname AS schema, c.collname AS name, c.collprovider AS provider,
            c.collisdeterministic AS deterministic, c.collcollate AS collate, c.collctype AS ctype,
            ${collationLocale === undefined ? `CASE WHEN c.collprovider = 'i' THEN c.collcollate END` : `c.${collationLocale}`} AS locale,
            ${collationRules ? 'c.collicurules' : 'NULL'} AS rules
       FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
      WHERE ${USER_SCHEMA} ORDER BY 2, 3`,
  )
  return rows.map((row) => {
    const sql = sqlName(row.schema, row.name)
    const places =
      row.locale !== null
        ? [`locale = ${quoteLiteral(row.locale)}`]
        : row.collate === row.ctype
          ? [`locale = ${quoteLiteral(row.collate ?? '')}`]
          : [`lc_collate = ${quoteLiteral(row.collate ?? '')}`, `lc_ctype = ${quoteLiteral(row.ctype ?? '')}`]
    const options = [
      `provider = ${PROVIDERS[row.provider]}`,
      ...(row.deterministic ? [] : ['deterministic = false']),
      ...(row.provider === 'd' ? [] : places),
      ...(row.rules === null ? [] : [`rules = ${quoteLiteral(row.rules)}`]),
    ]
    return {
      kind: 'collation',
      name: qualifiedName(row.schema, row.name),
      definition: {
        provider: PROVIDERS[row.provider],
        deterministic: row.deterministic,
        ...(row.locale === null ? { collate: row.collate, ctype: row.ctype } : { locale: row.locale }),
        ...(row.rules === null ? {} : { rules: row.rules }),
      },
      section: 'pre-data',
      statements: [`CREATE COLLATION ${sql} (${options.join(', ')})`],
      addresses: [address('pg_collation', row.oid)],
      sql: `COLLATION ${sql}`,
    }
  })
}

interface ConversionRow {
  readonly oid: Oid
  readonly schema: string
  readonly name: string
  readonly from: string
  readonly to: string
  readonly function: string
  readonly isDefault: boolean
}

/** Conversions between encodings. */
export async function readConversions(catalog: Catalog): Promise<Draft[]> {
  const rows = await catalog.ownRows<ConversionRow>(
    'pg_conversion',
    `SELECT c.oid, n.nspname AS schema, c.conname AS name, pg_catalog.pg_encoding_to_char(c.conforencoding) AS from,
            pg_catalog.pg_encoding_to_char(c.contoencoding) AS to, pg_catalog.format('%I.%I', pn.nspname, p.proname) AS function,
            c.condefault AS "isDefault"
       FROM pg_catalog.pg_conversion c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
       JOIN pg_catalog.pg_proc p ON p.oid = c.conproc JOIN pg_catalog.pg_namespace pn ON pn.oid = p.pronamespace
      WHERE ${USER_SCHEMA} ORDER BY 2, 3`,
  )
  return rows.map((row) => {
    const sql = sqlName(row.schema, row.name)
    return {
      kind: 'conversion',
      name: qualifiedName(row.schema, row.name),
      definition: { from: row.from, to: row.to, function: row.function, default: row.isDefault },
      section: 'pre-data',
      statements: [
        `CREATE ${row.isDefault ? 'DEFAULT ' : ''}CONVERSION ${sql} FOR ${quoteLiteral(row.from)} TO ${quoteLiteral(row.to)} FROM ${row.function}`,
      ],
      addresses: [address('pg_conversion', row.oid)],
      sql: `CONVERSION ${sql}`,
    }
  })
}
