import { InvalidUrlError } from '@dbsnap/core'
import { mysql } from '@dbsnap/mysql'
import driver, { type Connection, type RowDataPacket } from 'mysql2/promise'
import { BAD_RELEASE } from './bad-release.ts'
import type { DemoEngine, DemoShop, ShopDescription } from './demo-engine.ts'
import { createMysqlShop, deployMysqlBadRelease, MYSQL_TABLES } from './mysql-shop.ts'
import type { Variables } from './servers/find-program.ts'
import { startOwnMysql } from './servers/own-mysql-server.ts'
import { serverUser } from './servers/server-user.ts'
import { connectShop, newDatabaseName, partsOf } from './shop-connection.ts'

/** MySQL and MariaDB: whichever the machine has, or a URL names. */
export const mysqlEngine: DemoEngine = {
  title: 'MySQL or MariaDB',
  removedByBadRelease: 1 + BAD_RELEASE.linesDeleted,
  serverUser: () => serverUser('mysql'),
  startServer: startOwnMysql,
  openShop: async (serverUrl, variables) => {
    const url = partsOf(serverUrl)
    if (url.search !== '') {
      throw new InvalidUrlError('the address of the demo has parameters', {
        hint: 'The demo logs in by user and password alone: mysql://user@host:3306. Every other command takes parameters.',
      })
    }
    return connectShop('MySQL or MariaDB', () => openShop(url, variables))
  },
}

async function openShop(server: URL, variables: Variables): Promise<DemoShop> {
  const name = newDatabaseName()
  const url = new URL(server)
  url.pathname = `/${name}`
  if (url.password === '') url.password = encodeURIComponent(variables.MYSQL_PWD ?? '')
  const client = await driver.createConnection({
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    charset: 'utf8mb4',
    timezone: 'Z',
  })
  client.on('error', () => {}) // a lost connection also fails the statement that runs, and that is thrown
  try {
    await client.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`)
    await client.query(`USE ${name}`)
  } catch (error) {
    await client.end()
    throw error
  }
  return {
    database: () => mysql(url.href),
    fill: (scale) => createMysqlShop(client, scale),
    describe: () => describe(client),
    deployBadRelease: () => deployMysqlBadRelease(client),
    close: async () => {
      await client.query(`DROP DATABASE ${name}`)
      await client.end()
    },
  }
}

async function describe(client: Connection): Promise<ShopDescription> {
  const counts = MYSQL_TABLES.map((table) => `SELECT '${table}' AS name, count(*) AS records FROM ${table}`)
  const [rows] = await client.query<(RowDataPacket & { name: string; records: number })[]>(
    `${counts.join(' UNION ALL ')} ORDER BY records DESC`,
  )
  const [[row]] = await client.query<RowDataPacket[]>('SELECT version() AS version')
  const version = String(row?.version)
  const product = version.includes('MariaDB') ? 'MariaDB' : 'MySQL'
  return { server: `${product} ${version.split('-')[0]}`, noun: 'tables', collections: rows }
}
