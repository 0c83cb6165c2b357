import type { Catalog } from './catalog.ts'
import { FIRST_USER_OID } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { quoteIdentifier } from './identifiers.ts'

interface Row {
  readonly oid: Oid
  readonly name: string
  readonly version: string
  readonly schema: string
  readonly tables: number
}

/**
 * The extensions. Their version is kept as state and not restored: the target's own default is what fits its server, and
 * a restore onto another major version would otherwise never compare equal.
 */
export async function readExtensions(catalog: Catalog): Promise<Draft[]> {
  const rows = await catalog.rows<Row>(`
    SELECT e.oid, e.extname AS name, e.extversion AS version, n.nspname AS schema,
           coalesce(pg_catalog.cardinality(e.extconfig), 0) AS tables
      FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
     WHERE e.oid >= ${FIRST_USER_OID} ORDER BY 2`)
  const withTables = rows.filter((row) => row.tables > 0).map((row) => row.name)
  if (withTables.length > 0) {
    catalog.warnings.push({
      code: 'EXTENSION_TABLES_LEFT_OUT',
      message: `the records in tables of extensions are left out: ${withTables.join(', ')}`,
    })
  }
  return rows.map(({ oid, name, version, schema }) => {
    const sql = quoteIdentifier(name)
    return {
      kind: 'extension',
      name,
      definition: { schema },
      state: { version },
      section: 'pre-data',
      statements: [`CREATE EXTENSION IF NOT EXISTS ${sql} WITH SCHEMA ${quoteIdentifier(schema)}`],
      addresses: [address('pg_extension', oid)],
      sql: `EXTENSION ${sql}`,
    }
  })
}
