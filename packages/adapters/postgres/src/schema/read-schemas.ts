import type { Catalog } from './catalog.ts'
import { USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { quoteIdentifier } from './identifiers.ts'

/** The schemas that people made, and `public`. */
export async function readSchemas(catalog: Catalog): Promise<Draft[]> {
  const rows = await catalog.ownRows<{ oid: Oid; name: string }>(
    'pg_namespace',
    `SELECT n.oid, n.nspname AS name FROM pg_catalog.pg_namespace n WHERE ${USER_SCHEMA} ORDER BY 2`,
  )
  return rows.map(({ oid, name }) => {
    const sql = quoteIdentifier(name)
    return {
      kind: 'schema',
      name,
      definition: {},
      section: 'pre-data',
      // Every database is made with `public`, and an extension may have made its own.
      statements: [`CREATE SCHEMA IF NOT EXISTS ${sql}`],
      addresses: [address('pg_namespace', oid)],
      sql: `SCHEMA ${sql}`,
    }
  })
}
