import type { PostgresConnection } from '../connection/postgres-connection.ts'

/** A table that holds records and could be chosen. */
export interface CandidateTable {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** `schema.name`. */
  readonly collection: string
  /** The partitioned table at the top, or the topmost parent; null for a table of its own. */
  readonly root: string | null
  readonly unlogged: boolean
  readonly records: number
  readonly bytes: number
}

/** All tables that hold records, as the read point sees them; temporary ones and those of extensions aside. */
export function candidateTables(connection: PostgresConnection): Promise<CandidateTable[]> {
  return connection.query<CandidateTable>('list the tables', CANDIDATES)
}

const CANDIDATES = `
WITH RECURSIVE up AS (
  SELECT inhrelid AS oid, inhparent AS parent, 1 AS depth FROM pg_catalog.pg_inherits WHERE inhseqno = 1
  UNION ALL
  SELECT up.oid, i.inhparent, depth + 1 FROM up JOIN pg_catalog.pg_inherits i ON i.inhrelid = up.parent AND i.inhseqno = 1),
root AS (SELECT DISTINCT ON (oid) oid, parent FROM up ORDER BY oid, depth DESC)
SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name, n.nspname || '.' || c.relname AS collection,
       (SELECT rn.nspname || '.' || r.relname FROM pg_catalog.pg_class r
          JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace WHERE r.oid = root.parent) AS root,
       c.relpersistence = 'u' AS unlogged,
       greatest(c.reltuples, 0)::float8 AS records, c.relpages::float8 * 8192 AS bytes
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN root ON root.oid = c.oid
 WHERE c.relkind = 'r' AND c.relpersistence <> 't'
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname !~ '^dbsnap_restore_'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
         AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY 4`
