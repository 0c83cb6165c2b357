import type { ColumnKind, DatabaseTargetFixture, TableWish } from '@dbsnap/adapter-test-kit'
import { type MysqlFlavour, type MysqlServer, sharedMysql } from '@dbsnap/test-servers'
import driver from 'mysql2/promise'
import { PINNED_SETTINGS } from '../src/connection/pinned-settings.ts'
import { type MysqlOptions, mysql } from '../src/index.ts'
import { nativeValues } from './native-values.ts'

/** Of texts compared by their bytes. */
const BYTES = { mysql: 'utf8mb4_0900_bin', mariadb: 'utf8mb4_nopad_bin' } as const

/** The laws' hands on two empty databases of a real server, the shared one by default. */
export async function mysqlFixture(
  flavour: MysqlFlavour,
  options: Omit<MysqlOptions, 'url'> = {},
  given?: MysqlServer,
): Promise<DatabaseTargetFixture> {
  const server = given ?? (await sharedMysql(flavour))
  const [sourceUrl, targetUrl] = [await server.createDatabase(), await server.createDatabase()]
  const client = await driver.createConnection({ uri: sourceUrl, charset: 'utf8mb4' })
  await client.query(`set session sql_mode = ${PINNED_SETTINGS.sql_mode}, time_zone = '+00:00'`)
  const typeOf = (kind: ColumnKind): string => {
    const types = {
      integer: 'bigint',
      decimal: 'decimal(12,2)',
      date: 'date',
      text: `varchar(190) character set utf8mb4 collate ${BYTES[flavour]}`,
    }
    return typeof kind === 'string' ? types[kind] : kind.native
  }
  return {
    source: mysql({ url: sourceUrl, ...options }),
    target: mysql({ url: targetUrl, ...options }),
    nativeValues: nativeValues(flavour),
    async createTable({ name, columns, key, rows }) {
      const list = Object.entries(columns).map(
        ([column, kind]) => `${client.escapeId(column)} ${typeOf(kind)} ${key.includes(column) ? 'not null' : 'null'}`,
      )
      if (key.length > 0) list.push(`primary key (${key.map((column) => client.escapeId(column)).join(', ')})`)
      await client.query(`create table ${name} (${list.join(', ')})`)
      const types = Object.values(columns).map(typeOf)
      await insertRows(client, name, rows, types)
      return name
    },
    insert: (collection, rows) => insertRows(client, collection, rows),
    async remove(collection, values) {
      await client.query(`delete from ${collection} where id in (?)`, [values])
    },
    openConnections: () => connectionsOf(client, sourceUrl),
    openTargetConnections: () => connectionsOf(client, targetUrl),
    unusable: {
      source: mysql(server.url('mysql', 'nobody').replace('nobody@', 'nobody:canary-of-a-password@')),
      secrets: ['canary-of-a-password'],
    },
    dispose: () => client.end(),
  }
}

/** In one statement for every 500 rows, within a transaction. */
async function insertRows(
  client: driver.Connection,
  table: string,
  rows: TableWish['rows'],
  types: readonly string[] = [],
): Promise<void> {
  // A text is no vector, but its bytes are.
  const literal = (value: string | null, column: number) =>
    (types[column]?.startsWith('vector') && value !== null ? '_binary' : '') + client.escape(value)
  await client.query('start transaction')
  for (let at = 0; at < rows.length; at += 500) {
    const values = rows.slice(at, at + 500).map((row) => `(${row.map(literal).join(',')})`)
    await client.query({ sql: `insert into ${table} values ${values.join(',')}` })
  }
  await client.query('commit')
}

/** Connections to a database but the observer's: asked until there are none, for the server takes a moment to end one. */
async function connectionsOf(client: driver.Connection, url: string): Promise<number> {
  const database = new URL(url).pathname.slice(1)
  for (let attempt = 0; ; attempt++) {
    const [rows] = await client.query<driver.RowDataPacket[]>(
      'select count(*) as count from information_schema.processlist where db = ? and id <> connection_id()',
      [database],
    )
    const count = Number(rows[0]?.count)
    if (count === 0 || attempt === 200) return count
    await client.query('do sleep(0.02)')
  }
}
