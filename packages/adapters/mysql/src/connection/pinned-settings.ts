import type { ServerFacts } from '../server-facts.ts'
import type { MysqlConnection } from './mysql-connection.ts'

/** Seconds; the longest that both families take is a year. A rate-limited take, or a slow target, must not lose its connection. */
const PATIENCE = 24 * 3600

/**
 * What the text of a value, or whether a value is taken, depends on. Strict, so that nothing is cut; dates that the
 * calendar does not have (zero ones, the 31st of February) are taken, because tables hold them.
 */
export const PINNED_SETTINGS = {
  sql_mode: "'NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES,STRICT_TRANS_TABLES,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION'",
  time_zone: "'+00:00'",
  // Bytes of a sort key that are compared. The longest key, 3072 characters of one byte, takes twice as many in UTF-8.
  max_sort_length: '12288',
  group_concat_max_len: '1048576',
  sql_select_limit: 'DEFAULT',
  sql_big_selects: '1',
  sql_safe_updates: '0',
  sql_quote_show_create: '1',
  net_write_timeout: String(PATIENCE),
  net_read_timeout: String(PATIENCE),
  wait_timeout: String(PATIENCE),
} as const

const FLAVOUR_SETTINGS: Readonly<Record<ServerFacts['flavour'], Readonly<Record<string, string>>>> = {
  mysql: { max_execution_time: '0' },
  mariadb: { max_statement_time: '0', idle_transaction_timeout: '0', idle_readonly_transaction_timeout: '0' },
}

/** Makes a connection give and take the same bytes whatever the server's configuration says. */
export async function pinSettings(
  connection: MysqlConnection,
  server: ServerFacts,
  lockTimeoutSeconds: number,
): Promise<void> {
  const all = {
    ...PINNED_SETTINGS,
    ...FLAVOUR_SETTINGS[server.flavour],
    // Both count in whole seconds, and MySQL takes no 0.
    lock_wait_timeout: String(Math.max(1, Math.round(lockTimeoutSeconds))),
    innodb_lock_wait_timeout: String(Math.max(1, Math.round(lockTimeoutSeconds))),
  }
  const list = Object.entries(all).map(([name, value]) => `SESSION ${name} = ${value}`)
  await connection.run('prepare the session', 'SET NAMES utf8mb4')
  await connection.run('prepare the session', `SET ${list.join(', ')}`)
  await connection.run('prepare the session', 'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ')
}
