import { type MysqlFlavour, type MysqlServer, sharedMysql, startMysql } from '@dbsnap/test-servers'
import driver from 'mysql2/promise'

let own: Promise<MysqlServer> | undefined

/**
 * A server with `local_infile` on. MariaDB has it by default; MySQL has it off, so this is one of this file's own: end it with
 * `stopLoadingServer`.
 */
export function loadingServer(flavour: MysqlFlavour): Promise<MysqlServer> {
  if (flavour === 'mariadb') return sharedMysql(flavour)
  own ??= startMysql(flavour, { settings: { 'local-infile': '1' } })
  return own
}

/** Quiet where none was started. */
export async function stopLoadingServer(): Promise<void> {
  const server = await own
  own = undefined
  await server?.stop()
}

/** How many LOAD DATA a server has carried out so far: what shows that records did not come by INSERT. */
export async function loadsOf(server: MysqlServer): Promise<number> {
  const client = await driver.createConnection(server.url())
  const [rows] = await client.query<driver.RowDataPacket[]>(`SHOW GLOBAL STATUS LIKE 'Com_load'`)
  await client.end()
  return Number(rows[0]?.Value)
}
