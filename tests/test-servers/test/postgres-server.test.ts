import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { expect, test } from 'vitest'
import { POSTGRES_VERSIONS, sharedPostgres, startPostgres } from '../src/index.ts'

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

async function folderOf(url: string): Promise<string> {
  const [row] = await query(url, `select current_setting('unix_socket_directories') as folder`)
  return String(row?.folder)
}

test.each(POSTGRES_VERSIONS)('PostgreSQL %i starts, has a database and leaves nothing', async (version) => {
  const server = await startPostgres({ version })
  const url = await server.createDatabase()
  const [row] = await query(url, `select current_setting('server_version_num')::int / 10000 as version`)
  expect(row).toEqual({ version })
  const folder = await folderOf(url)
  expect(existsSync(folder)).toBe(true)
  await server.stop()
  expect(existsSync(folder)).toBe(false)
  await expect(query(url, 'select 1')).rejects.toThrow()
})

test('settings and initdb options arrive', async () => {
  await using server = await startPostgres({ settings: { max_connections: '17' }, initdb: ['--encoding=SQL_ASCII'] })
  const shown = await query(
    server.url(),
    `select current_setting('max_connections') as most,
    current_setting('server_encoding') as encoding`,
  )
  expect(shown).toEqual([{ most: '17', encoding: 'SQL_ASCII' }])
})

test('with a password, a log-in without it is refused', async () => {
  await using server = await startPostgres({ password: 'p@ss/word' })
  expect(await query(server.url(), 'select 1 as one')).toEqual([{ one: 1 }])
  await expect(query(server.url('postgres', 'nobody'), 'select 1')).rejects.toThrow()
  const bare = new URL(server.url())
  bare.password = 'wrong'
  await expect(query(bare.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
})

test('the shared server is one server, and a new database is empty', async () => {
  const server = await sharedPostgres()
  expect(await sharedPostgres()).toBe(server)
  const url = await server.createDatabase()
  await query(url, 'create table t ()')
  const other = await server.createDatabase()
  expect(await query(other, `select to_regclass('t') as t`)).toEqual([{ t: null }])
  expect(
    await query(await server.createDatabase(undefined, { template: new URL(url).pathname.slice(1) }), 'table t'),
  ).toEqual([])
})

test('a server dies with the process that started it, even when that is killed', async () => {
  const script = `
    const { startPostgres } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)})
    const server = await startPostgres()
    console.log(server.url())
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  const url = String(line).trim()
  const folder = await folderOf(url)
  child.kill('SIGKILL')
  while (existsSync(folder)) await sleep(20) // ends by the test's own time-out where the server survives
  await expect(query(url, 'select 1')).rejects.toThrow()
})
