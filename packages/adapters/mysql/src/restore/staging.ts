import type { MysqlConnection } from '../connection/mysql-connection.ts'
import { quoteName } from '../sql-text.ts'

/**
 * Tables are loaded beside, in a database of this prefix that nobody uses, and renamed to their place at the end: in MySQL
 * that is the one statement about several tables that happens whole or not at all.
 */
export const STAGING_PREFIX = 'dbsnap_restore_'

/** A name for a new staging database, of 8 random bytes. */
export function stagingName(random: Buffer): string {
  return STAGING_PREFIX + random.toString('hex', 0, 8)
}

/** Takes the lock by which a living restore is known, for as long as `main` lives; then makes the database. */
export async function createStaging(main: MysqlConnection, side: MysqlConnection, name: string): Promise<void> {
  await main.query('prepare to load beside', 'SELECT GET_LOCK(?, 0)', [name])
  await side.run('prepare to load beside', `CREATE DATABASE ${quoteName(name)}`)
}

export async function dropStaging(connection: MysqlConnection, name: string): Promise<void> {
  await connection.run('clear up', 'SET SESSION foreign_key_checks = 0')
  await connection.run('clear up', `DROP DATABASE IF EXISTS ${quoteName(name)}`)
}

/** Drops what restores that were killed have left: databases of our name whose lock nobody holds. */
export async function sweepStaging(connection: MysqlConnection): Promise<void> {
  const rows = await connection.query(
    'look for abandoned restores',
    String.raw`SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE 'dbsnap\_restore\_%'`,
  )
  for (const { name } of rows) {
    if (!/^dbsnap_restore_[0-9a-f]{16}$/.test(String(name))) continue
    const [free] = await connection.query('look for abandoned restores', 'SELECT IS_FREE_LOCK(?) AS free', [name])
    if (free?.free === '1') await dropStaging(connection, String(name))
  }
}
