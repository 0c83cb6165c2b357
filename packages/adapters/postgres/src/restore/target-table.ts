import type { TargetConnection } from './target-connection.ts'

/** A table of the target that exists and was chosen, as the catalog shows it under the locks. */
export interface TargetTable {
  /** `schema.table`, the collection's name. */
  readonly collection: string
  readonly oid: string
  /** The name for statements: `public."Order"`. */
  readonly sql: string
  /** Whether its rows may be found under a parent too, so that reading it takes the whole family. */
  readonly partitioned: boolean
  /** Whether the user may alter it. */
  readonly owned: boolean
}

const TABLES = `
SELECT n.nspname || '.' || c.relname AS collection, c.oid::text AS oid, c.relkind = 'p' AS partitioned,
       pg_catalog.format('%I.%I', n.nspname, c.relname) AS sql,
       pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.unnest($1::text[]) AS chosen(name) ON chosen.name = n.nspname || '.' || c.relname
 WHERE c.relkind IN ('r', 'p')
 ORDER BY c.oid`

/**
 * Those of the named tables that exist, by oid: the order in which everybody should lock. One pass over `pg_class`, so it
 * is asked for all tables at once: for each of 10 000 by itself it took 20 ms.
 */
export async function targetTables(
  connection: TargetConnection,
  collections: readonly string[],
): Promise<TargetTable[]> {
  const rows = await connection.rows(TABLES, [collections])
  return rows.map((row) => ({
    collection: String(row.collection),
    oid: String(row.oid),
    sql: String(row.sql),
    partitioned: row.partitioned === true,
    owned: row.owned === true,
  }))
}
