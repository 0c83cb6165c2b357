import { isDbSnapError, LockTimeoutError, PermissionDeniedError } from '@dbsnap/core/errors'
import type { PostgresConnection } from '../connection/postgres-connection.ts'
import { sqlName } from '../schema/identifiers.ts'
import type { CandidateTable } from './candidate-tables.ts'

/** Tables locked by one statement. */
const LOCKED_AT_ONCE = 500

/**
 * Locks the tables against all that would take records away from under a snapshot. An exported snapshot does not protect
 * from TRUNCATE or an ALTER TABLE that rewrites: the table is then empty for it, without an error. So the locks come
 * first and the snapshot after them. False where a table is gone by now.
 */
export async function lockTables(connection: PostgresConnection, tables: readonly CandidateTable[]): Promise<boolean> {
  for (let at = 0; at < tables.length; at += LOCKED_AT_ONCE) {
    const some = tables.slice(at, at + LOCKED_AT_ONCE)
    try {
      await lock(connection, some)
    } catch (error) {
      if (isGone(error)) return false
      throw error
    }
  }
  return true
}

/**
 * Whether the tables that were locked are the same as those that the snapshot shows, by id and name, and each still lies in the file in which
 * the snapshot sees it. Not so where tables came, went or changed names while locks were waited for.
 */
export async function holdsAll(
  joined: PostgresConnection,
  locked: readonly CandidateTable[],
  seen: readonly CandidateTable[],
): Promise<boolean> {
  const identity = (tables: readonly CandidateTable[]): string =>
    JSON.stringify(tables.map(({ oid, schema, name, root }) => [oid, schema, name, root]))
  return identity(locked) === identity(seen) && (await rewritten(joined, locked)).length === 0
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

/** Whether an error says that a table or schema of this name does not exist (any more). */
export function isMissing(error: unknown): boolean {
  const sqlState = isDbSnapError(error) ? error.data.sqlState : undefined
  return sqlState === '42P01' || sqlState === '3F000'
}

/** The same, or that an object went between its name and its use: the server calls that an internal error. */
export function isGone(error: unknown): boolean {
  return isMissing(error) || (isDbSnapError(error) && error.data.sqlState === 'XX000')
}

/** The catalog as the snapshot sees it names the file of the time; the function names today's. */
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
