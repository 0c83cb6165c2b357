import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { quoteIdentifier } from './identifiers.ts'

interface Row {
  readonly oid: Oid
  readonly schema: string
  readonly name: string
  readonly left: string | null
  readonly right: string | null
  readonly function: string
  readonly commutator: string | null
  readonly negator: string | null
  readonly restrict: string | null
  readonly join: string | null
  readonly hashes: boolean
  readonly merges: boolean
}

const operatorName = (column: string) => `
  (SELECT pg_catalog.format('OPERATOR(%I.%s)', rn.nspname, r.oprname) FROM pg_catalog.pg_operator r
     JOIN pg_catalog.pg_namespace rn ON rn.oid = r.oprnamespace WHERE r.oid = o.${column})`
const functionName = (column: string) => `
  (SELECT pg_catalog.format('%I.%I', fn.nspname, f.proname) FROM pg_catalog.pg_proc f
     JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = o.${column}::oid)`

/** Operators. One that is only named by another so far, a shell, is left out: that other names it again. */
export async function readOperators(catalog: Catalog): Promise<Draft[]> {
  const rows = await catalog.ownRows<Row>(
    'pg_operator',
    `SELECT o.oid, n.nspname AS schema, o.oprname AS name,
            CASE WHEN o.oprleft <> 0 THEN pg_catalog.format_type(o.oprleft, NULL) END AS left,
            CASE WHEN o.oprright <> 0 THEN pg_catalog.format_type(o.oprright, NULL) END AS right,
            ${functionName('oprcode')} AS function, ${operatorName('oprcom')} AS commutator,
            ${operatorName('oprnegate')} AS negator, ${functionName('oprrest')} AS restrict,
            ${functionName('oprjoin')} AS join, o.oprcanhash AS hashes, o.oprcanmerge AS merges
       FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
      WHERE o.oprcode::oid <> 0 AND ${USER_SCHEMA} ORDER BY 2, 3, 4, 5`,
  )
  return rows.map((row) => {
    const types = `(${row.left ?? 'NONE'}, ${row.right ?? 'NONE'})`
    const sql = `${quoteIdentifier(row.schema)}.${row.name}`
    const given = (name: string, value: string | null) => (value === null ? [] : [`${name} = ${value}`])
    const options = [
      `FUNCTION = ${row.function}`,
      ...given('LEFTARG', row.left),
      ...given('RIGHTARG', row.right),
      ...given('COMMUTATOR', row.commutator),
      ...given('NEGATOR', row.negator),
      ...given('RESTRICT', row.restrict),
      ...given('JOIN', row.join),
      ...(row.hashes ? ['HASHES'] : []),
      ...(row.merges ? ['MERGES'] : []),
    ]
    return {
      kind: 'operator',
      name: `${row.schema}.${row.name}${types}`,
      definition: {
        function: row.function,
        ...(row.commutator === null ? {} : { commutator: row.commutator }),
        ...(row.negator === null ? {} : { negator: row.negator }),
        ...(row.restrict === null ? {} : { restrict: row.restrict }),
        ...(row.join === null ? {} : { join: row.join }),
        hashes: row.hashes,
        merges: row.merges,
      },
      section: 'pre-data',
      statements: [`CREATE OPERATOR ${sql} (${options.join(', ')})`],
      addresses: [address('pg_operator', row.oid)],
      sql: `OPERATOR ${sql} ${types}`,
    }
  })
}
