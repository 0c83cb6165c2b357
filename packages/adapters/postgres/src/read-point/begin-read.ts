import { isDbSnapError, ReadPointLostError, UnsupportedServerError } from '@dbsnap/core/errors'
import type { PostgresConnection } from '../connection/postgres-connection.ts'
import { quoteLiteral } from '../schema/identifiers.ts'
import { PINNED_SETTINGS } from './pinned-settings.ts'

/** What the server says about itself at the beginning of a read. */
export interface ServerFacts {
  readonly version: number
  readonly versionText: string
  readonly encoding: string
  readonly database: string
  readonly standby: boolean
}

const OLDEST_VERSION = 130_000

/**
 * Begins the transaction that will hold the locks of a read point, and pins the settings. Each of its statements sees the
 * present: the moment that is read is chosen by `exportSnapshot`, when the locks are there.
 */
export async function beginRead(connection: PostgresConnection, lockTimeoutSeconds: number): Promise<ServerFacts> {
  await connection.run('begin a read', 'BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY')
  const [facts] = await connection.query<ServerFacts>(
    'begin a read',
    `SELECT pg_catalog.current_setting('server_version_num')::int AS version,
            pg_catalog.current_setting('server_version') AS "versionText",
            pg_catalog.current_setting('server_encoding') AS encoding,
            pg_catalog.current_database()::text AS database,
            pg_catalog.pg_is_in_recovery() AS standby`,
  )
  const server = facts as ServerFacts
  if (server.version < OLDEST_VERSION) {
    throw new UnsupportedServerError(`${connection.label} runs PostgreSQL ${server.versionText}`, {
      hint: 'PostgreSQL 13 and later are supported.',
    })
  }
  await pinSettings(connection, server.version, lockTimeoutSeconds)
  return server
}

/** The present as a name under which other connections can see it, as long as the transaction lasts. */
export async function exportSnapshot(connection: PostgresConnection): Promise<string> {
  const [exported] = await connection.query<{ snapshot: string }>(
    'export a snapshot',
    'SELECT pg_catalog.pg_export_snapshot() AS snapshot',
  )
  return (exported as { snapshot: string }).snapshot
}

/** Joins another connection to the read point; texts come in UTF-8. Fails with `ReadPointLostError` where that has ended. */
export async function joinRead(
  connection: PostgresConnection,
  snapshot: string,
  version: number,
  lockTimeoutSeconds: number,
): Promise<void> {
  const doing = 'join the read point'
  await connection.run(doing, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  try {
    await connection.run(doing, `SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshot)}`)
  } catch (error) {
    if (!isDbSnapError(error) || !isLostSnapshot(error.data.sqlState)) throw error
    throw new ReadPointLostError(`the moment that was read at ${connection.label} is gone`, {
      hint: 'The server ended the connection that held it. Try again.',
      data: error.data,
    })
  }
  await pinSettings(connection, version, lockTimeoutSeconds)
}

/** Servers call a snapshot whose transaction has ended an invalid parameter, an object that is not there, or in no fit state. */
function isLostSnapshot(sqlState: unknown): boolean {
  return sqlState === '22023' || sqlState === '42704' || sqlState === '55000'
}

/** From here on values come in the database's own encoding, so that no byte is converted, and `forgetLocks` may be called. */
export function beginReading(connection: PostgresConnection, encoding: string): Promise<void> {
  return connection.run('begin to read', `SET LOCAL client_encoding = ${quoteLiteral(encoding)}; SAVEPOINT ${READING}`)
}

/** Gives back the locks that reading has taken: of each table its indexes and the table of its long values as well. */
export function forgetLocks(connection: PostgresConnection): Promise<void> {
  return connection.run('give locks back', `ROLLBACK TO SAVEPOINT ${READING}`)
}

const READING = 'dbsnap_reading'

async function pinSettings(connection: PostgresConnection, version: number, lockTimeoutSeconds: number): Promise<void> {
  const settings = {
    ...PINNED_SETTINGS,
    ...(version >= 170_000 ? { transaction_timeout: '0' } : {}),
    lock_timeout: `${Math.round(lockTimeoutSeconds * 1000)}ms`,
    client_encoding: 'UTF8',
  }
  const statements = Object.entries(settings).map(([name, value]) => `SET LOCAL ${name} = ${settingValue(value)}`)
  await connection.run('pin the settings', statements.join('; '))
}

/** `DateStyle` and `search_path` take lists: `'ISO, YMD'` as one literal is right for the former, `''` for the latter. */
const settingValue = (value: string): string => quoteLiteral(value)
