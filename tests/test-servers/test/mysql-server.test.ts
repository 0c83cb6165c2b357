import { existsSync } from 'node:fs'
import mysql from 'mysql2/promise'
import { expect, test } from 'vitest'
import { canStartMysql, MYSQL_FLAVOURS, sharedMysql, startMysql } from '../src/index.ts'

async function query(url: string, sql: string): Promise<unknown> {
  const client = await mysql.createConnection(url)
  try {
    return (await client.query(sql))[0]
  } finally {
    await client.end()
  }
}

test.skipIf(!canStartMysql()).each(MYSQL_FLAVOURS)('%s starts, has a database and leaves nothing', async (flavour) => {
  const server = await startMysql(flavour, { settings: { 'max-connections': '17' } })
  const url = await server.createDatabase()
  const [row] = (await query(url, 'select version() as version, @@max_connections as most')) as [
    Record<string, unknown>,
  ]
  expect(row.most).toBe(17)
  expect(String(row.version).includes('MariaDB')).toBe(flavour === 'mariadb')
  expect(existsSync(server.socket as string)).toBe(true)
  await server.stop()
  expect(existsSync(server.socket as string)).toBe(false)
  await expect(query(url, 'select 1')).rejects.toThrow()
})

test.skipIf(!canStartMysql()).each(MYSQL_FLAVOURS)('%s is shared by a run', async (flavour) => {
  const [a, b] = await Promise.all([sharedMysql(flavour), sharedMysql(flavour)])
  expect(a.port).toBe(b.port)
  expect(await a.createDatabase()).not.toBe(await b.createDatabase())
})
