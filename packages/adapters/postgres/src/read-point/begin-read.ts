import { UnsupportedServerError } from '@dbsnap/core/errors'
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
  /** Name of the exported snapshot. */
  readonly snapshot: string
}

const OLDEST_VERSION = 130_000

/** Begins the transaction of a read point, exports its snapshot and pins the settings. */
export async function beginRead(connection: PostgresConnection, lockTimeoutSeconds: number): Promise<ServerFacts> {
  await connection.run('begin a read', 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
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
  const [exported] = await connection.query<{ snapshot: string }>(
    'export a snapshot',
    'SELECT pg_catalog.pg_export_snapshot() AS snapshot',
  )
  await pinSettings(connection, lockTimeoutSeconds)
  return { ...server, snapshot: (exported as { snapshot: string }).snapshot }
}

/** Joins another connection to the read point. */
export async function joinRead(
  connection: PostgresConnection,
  snapshot: string,
  lockTimeoutSeconds: number,
  encoding: string,
): Promise<void> {
  await connection.run(
    'join the read point',
    `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshot)}`,
  )
  await pinSettings(connection, lockTimeoutSeconds)
  await useEncoding(connection, encoding)
}

/** From here on values come in the database's own encoding, so that no byte is converted. */
function useEncoding(connection: PostgresConnection, encoding: string): Promise<void> {
  return connection.run('choose the encoding', `SET LOCAL client_encoding = ${quoteLiteral(encoding)}`)
}

async function pinSettings(connection: PostgresConnection, lockTimeoutSeconds: number): Promise<void> {
  const settings = {
    ...PINNED_SETTINGS,
    lock_timeout: `${Math.round(lockTimeoutSeconds * 1000)}ms`,
    client_encoding: 'UTF8',
  }
  const statements = Object.entries(settings).map(([name, value]) => `SET LOCAL ${name} = ${settingValue(value)}`)
  await connection.run('pin the settings', statements.join('; '))
}

/** `DateStyle` and `search_path` take lists: `'ISO, YMD'` as one literal is right for the former, `''` for the latter. */
const settingValue = (value: string): string => quoteLiteral(value)
