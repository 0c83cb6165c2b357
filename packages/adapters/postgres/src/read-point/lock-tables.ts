import { isDbSnapError, LockTimeoutError, PermissionDeniedError } from '@dbsnap/core/errors'
import type { PostgresConnection } from '../connection/postgres-connection.ts'
import { sqlName } from '../schema/identifiers.ts'
import type { CandidateTable } from './candidate-tables.ts'

/** Tables locked by one statement. */
const LOCKED_AT_ONCE = 500

/** Whether the chosen tables can be read as the read point sees them: false where one was dropped or rewritten since. */
export async function lockTables(connection: PostgresConnection, tables: readonly CandidateTable[]): Promise<boolean> {
  for (let at = 0; at < tables.length; at += LOCKED_AT_ONCE) {
    const some = tables.slice(at, at + LOCKED_AT_ONCE)
    try {
      await lock(connection, some)
    } catch (error) {
      if (isDbSnapError(error) && isGone(error.data.sqlState)) return false
      throw error
    }
  }
  return (await rewritten(connection, tables)).length === 0
}

async function lock(connection: PostgresConnection, tables: readonly CandidateTable[]): Promise<void> {
  const names = tables.map(({ schema, name }) => `ONLY ${sqlName(schema, name)}`)
  try {
    await connection.run('lock the tables', `LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`)
  } catch (error) {
    if (error instanceof LockTimeoutError && tables.length > 0) {
      const shown = tables.slice(0, 3).map(({ collection }) => collection)
      throw new LockTimeoutError(
        `a lock on ${shown.join(', ')}${tables.length > 3 ? ' or others' : ''} was not granted in time`,
        {
          hint: error.hint,
          data: { ...error.data, collections: shown },
        },
      )
    }
    throw error
  }
}

/** A table or schema that does not exist (any more), or a column that does not. */
function isGone(sqlState: unknown): boolean {
  return sqlState === '42P01' || sqlState === '3F000' || sqlState === 'XX000'
}

/**
 * An exported snapshot does not protect from TRUNCATE or an ALTER TABLE that rewrites: the table is then empty for it,
 * without an error. The catalog as the snapshot sees it names the file of the time; the function names today's.
 */
async function rewritten(connection: PostgresConnection, tables: readonly CandidateTable[]): Promise<unknown[]> {
  return connection.query(
    'compare the tables with their files',
    `SELECT c.oid FROM pg_catalog.pg_class c
      WHERE c.oid = ANY($1::pg_catalog.oid[]) AND c.relfilenode IS DISTINCT FROM pg_catalog.pg_relation_filenode(c.oid)`,
    [`{${tables.map(({ oid }) => oid).join(',')}}`],
  )
}

/** Fails with `PermissionDeniedError`, which names the tables that this user may not read. */
export async function refuseUnreadable(
  connection: PostgresConnection,
  tables: readonly CandidateTable[],
): Promise<void> {
  const denied = await connection.query<{ name: string }>(
    'look at the privileges',
    `SELECT n.nspname || '.' || c.relname AS name
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = ANY($1::pg_catalog.oid[])
        AND NOT (pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT'))
      ORDER BY 1`,
    [`{${tables.map(({ oid }) => oid).join(',')}}`],
  )
  if (denied.length === 0) return
  const names = denied.map(({ name }) => name)
  throw new PermissionDeniedError(`this user may not read ${names.slice(0, 10).join(', ')}`, {
    hint: 'Grant SELECT on it and USAGE on its schema, or exclude it.',
    data: { collections: names.slice(0, 100) },
  })
}
