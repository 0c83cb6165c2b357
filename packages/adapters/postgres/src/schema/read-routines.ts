import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { qualifiedName, sqlName } from './identifiers.ts'

interface Row {
  readonly oid: Oid
  readonly schema: string
  readonly name: string
  /** `f` function, `p` procedure, `w` window function. */
  readonly kind: 'f' | 'p' | 'w'
  readonly types: string
  readonly identity: string
  readonly arguments: string
  readonly result: string | null
  readonly language: string
  readonly sql: string
}

/** Functions, window functions and procedures. Aggregates: `read-aggregates.ts`. */
export async function readRoutines(catalog: Catalog): Promise<Draft[]> {
  const rows = await catalog.ownRows<Row>(
    'pg_proc',
    `SELECT p.oid, n.nspname AS schema, p.proname AS name, p.prokind AS kind,
            pg_catalog.oidvectortypes(p.proargtypes) AS types,
            pg_catalog.pg_get_function_identity_arguments(p.oid) AS identity,
            pg_catalog.pg_get_function_arguments(p.oid) AS arguments,
            pg_catalog.pg_get_function_result(p.oid) AS result, l.lanname AS language,
            pg_catalog.pg_get_functiondef(p.oid) AS sql
       FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
       JOIN pg_catalog.pg_language l ON l.oid = p.prolang
      WHERE p.prokind IN ('f', 'p', 'w') AND ${USER_SCHEMA}
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
              WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'i')
      ORDER BY 2, 3, 5`,
  )
  return rows.map((row) => {
    const word = row.kind === 'p' ? 'PROCEDURE' : 'FUNCTION'
    const body = row.sql.replace(/\n+$/, '')
    return {
      kind: row.kind === 'p' ? 'procedure' : 'function',
      name: `${qualifiedName(row.schema, row.name)}(${row.types})`,
      definition: {
        identity: `${sqlName(row.schema, row.name)}(${row.identity})`,
        arguments: row.arguments,
        ...(row.result === null ? {} : { result: row.result }),
        language: row.language,
        ...(row.kind === 'w' ? { window: true } : {}),
        sql: body,
      },
      section: 'pre-data',
      statements: [body],
      addresses: [address('pg_proc', row.oid)],
      sql: `${word} ${sqlName(row.schema, row.name)}(${row.identity})`,
    }
  })
}
