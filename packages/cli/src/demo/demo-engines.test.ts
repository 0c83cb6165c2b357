import { canStartMysql, mongoUnavailable, sharedMongo, sharedMysql, sharedPostgres } from '@dbsnap/test-servers'
import { MongoClient } from 'mongodb'
import mysql, { type RowDataPacket } from 'mysql2/promise'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { BAD_RELEASE } from './bad-release.ts'
import { loadEngine } from './choose-engine.ts'
import type { DemoEngineName } from './demo-engine.ts'
import { runDemo } from './run-demo.ts'

/** Tells the story and holds it against what the bad release does. */
async function toldOn(engine: DemoEngineName, url?: string): Promise<string> {
  let told = ''
  const outcome = await runDemo({ write: (text) => (told += text), colours: false, scale: 0.1, engine, url })
  expect(outcome.firstDiff).toEqual({
    added: 0,
    removed: (await loadEngine(engine)).removedByBadRelease,
    changed: BAD_RELEASE.pricesChanged,
    schema: 1,
  })
  expect(outcome.lastDiff).toEqual({ added: 0, removed: 0, changed: 0, schema: 0 })
  expect(outcome.secondBytes).toBeLessThan(outcome.firstBytes * 0.05)
  expect(told).toContain('✔ no difference')
  expect(told).toContain(`- index ${engine === 'postgres' ? 'public' : 'orders'}.${BAD_RELEASE.indexDropped}`)
  return told
}

test('on a PostgreSQL that runs already, whose databases are as they were', async () => {
  const client = new pg.Client({ connectionString: await (await sharedPostgres(15)).createDatabase() })
  await client.connect()
  const demos = async () =>
    (await client.query(`select 1 from pg_database where datname like 'dbsnap_demo_%'`)).rowCount
  expect(await toldOn('postgres', (await sharedPostgres(15)).url())).toContain('PostgreSQL 15')
  expect(await demos()).toBe(0)
  await client.end()
})

describe.skipIf(!canStartMysql())('the story of the demo on MySQL', () => {
  test('on a MariaDB that it starts', async () => {
    const told = await toldOn('mysql')
    expect(told).toMatch(/MariaDB 1\d\.\d+\.\d+, 5 tables/)
    expect(told).toMatch(/~ products id \d+ {2}price (\d+\.\d\d) → \d+\.\d\d/)
    expect(told).toContain(`- orders id ${BAD_RELEASE.orderDeleted}`)
  })

  test('on a MySQL that runs already, whose databases are as they were', async () => {
    const url = (await sharedMysql('mysql')).url()
    expect(await toldOn('mysql', url)).toMatch(/MySQL \d+\.\d+\.\d+, 5 tables/)
    const client = await mysql.createConnection(url)
    const [left] = await client.query<RowDataPacket[]>(`show databases like 'dbsnap\\_demo\\_%'`)
    expect(left).toEqual([])
    await client.end()
  })
})

describe.skipIf(await mongoUnavailable())('the story of the demo on MongoDB', () => {
  test('on a replica set that it starts', async () => {
    const told = await toldOn('mongodb')
    expect(told).toMatch(/MongoDB \d+\.\d+\.\d+, 4 collections/)
    expect(told).toMatch(/~ products _id \d+ {2}price Decimal128\(\d+\.\d\d\) → Decimal128\(\d+\.\d\d\)/)
    expect(told).toContain(`- orders _id ${BAD_RELEASE.orderDeleted}`)
  })

  test.each(['standalone', 'replica-set'] as const)(
    'on a %s that runs already, whose databases are as they were',
    async (topology) => {
      const url = (await sharedMongo(topology)).url()
      await toldOn('mongodb', url)
      const client = new MongoClient(url)
      const { databases } = await client.db('admin').admin().listDatabases()
      expect(databases.filter(({ name }) => name.startsWith('dbsnap_demo_'))).toEqual([])
      await client.close()
    },
  )
})
