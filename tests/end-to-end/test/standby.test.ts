import type { Repository } from '@dbsnap/core'
import { postgres } from '@dbsnap/postgres'
import { type PostgresServer, startPostgres, startStandby } from '@dbsnap/test-servers'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { compare, memoryRepository, nothing } from '../src/compare.ts'
import { hookedSource } from '../src/hooked-source.ts'
import { type TestDatabase, testDatabase } from '../src/test-database.ts'

let primary: PostgresServer
let standby: PostgresServer
let database: TestDatabase
let repository: Repository
let url = ''

beforeAll(async () => {
  primary = await startPostgres()
  database = await testDatabase(
    `CREATE TABLE t (id serial PRIMARY KEY, v text); INSERT INTO t (v) SELECT repeat(md5(i::text), 30) FROM generate_series(1, 20000) i;
     CREATE TABLE heap (v text); INSERT INTO heap VALUES ('a'), ('a'); CREATE UNLOGGED TABLE gone (id int)`,
    { server: primary },
  )
  standby = await startStandby(primary, { max_standby_streaming_delay: '10ms' })
  url = standby.url(decodeURIComponent(new URL(database.url).pathname.slice(1)))
  repository = await memoryRepository()
})
afterAll(async () => {
  await database.close()
  await standby.stop()
  await primary.stop()
})

it('a hot standby is read as its primary; tables without a log are left out, and refused where they were asked for', async () => {
  const warnings: string[] = []
  const there = await repository.take(postgres(url), { onWarning: ({ code }) => warnings.push(code) })
  expect(warnings).toContain('UNLOGGED_TABLES_LEFT_OUT')
  const here = await repository.take(postgres(database.url), { exclude: ['gone'] })
  expect((await compare(repository, there, here)).records).toEqual({})
  expect(await compare(repository, there, postgres(url))).toEqual(nothing)
  await expect(repository.take(postgres(url), { include: ['gone'] })).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
  })
  const restoring = repository.restore(here, postgres(url), { mode: 'overwrite', confirm: true })
  await expect(restoring).rejects.toMatchObject({ code: 'INCOMPATIBLE_TARGET' })
})

/** Until recovery waits for a lock on its way to `position`, or, where whoever was in its way is gone already, has passed it. */
async function untilRecoveryWaits(position: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const reached = `SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND backend_type = 'startup'
                   UNION ALL SELECT WHERE pg_last_wal_replay_lsn() >= $1::pg_lsn`
  while ((await client.query(reached, [position])).rowCount === 0) await client.query('SELECT pg_sleep(0.01)')
  await client.end()
}

async function writePosition(): Promise<string> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { rows } = await client.query('SELECT pg_current_wal_insert_lsn() AS position')
  await client.end()
  return rows[0].position
}

it('a read that is in the way of recovery ends with a typed, retryable error, and nothing is published', async () => {
  const before = await repository.list()
  const source = hookedSource(postgres(url), {
    reading: async (collection) => {
      if (collection !== 'public.t') return
      await database.sql('TRUNCATE t')
      // Recovery now waits for our lock, and cancels us 10 ms later; a server that is still sending hears of it when we read on.
      await untilRecoveryWaits(await writePosition())
    },
  })
  await expect(repository.take(source)).rejects.toMatchObject({ code: 'READ_POINT_LOST', retryable: true })
  expect(await repository.list()).toEqual(before)
  await expect(repository.take(postgres(url))).resolves.toMatchObject({ records: 2 })
})
