import type { Repository, Snapshot } from '@dbsnap/core'
import { postgres } from '@dbsnap/postgres'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { compare, memoryRepository, nothing } from '../src/compare.ts'
import { type TestDatabase, testDatabase, untilDbsnapWaits } from '../src/test-database.ts'

let database: TestDatabase
let repository: Repository
let before: Snapshot

beforeEach(async () => {
  database = await testDatabase(`
    CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT i, 'old' FROM generate_series(1, 1000) i;
    CREATE TABLE u (id serial PRIMARY KEY, t int REFERENCES t); INSERT INTO u (t) SELECT generate_series(1, 100)`)
  repository = await memoryRepository()
  before = await repository.take(postgres(database.url))
})
afterEach(() => database.close())

async function codesOf(work: readonly Promise<unknown>[]): Promise<string[]> {
  const ends = await Promise.allSettled(work)
  return ends.map((end) => (end.status === 'fulfilled' ? 'done' : end.reason.code)).sort()
}

it('a target that changed after the plan is refused, whatever changed', async () => {
  for (const change of [
    `UPDATE t SET v = 'moved' WHERE id = 500`,
    'CREATE INDEX later ON t (v)',
    'ALTER TABLE t ADD extra int',
    'DROP TABLE u',
  ]) {
    const plan = await repository.plan(before, postgres(database.url), { mode: 'overwrite' })
    await database.sql(change)
    await expect(repository.apply(plan, { safety: false }), change).rejects.toMatchObject({ code: 'TARGET_MOVED' })
  }
  expect(await database.sql(`SELECT count(*)::int AS n, count(extra)::int AS extra FROM t WHERE v = 'moved'`)).toEqual([
    { n: 1, extra: 0 },
  ])
  await repository.restore(before, postgres(database.url), { mode: 'overwrite', confirm: true, safety: false })
  expect(await compare(repository, before, postgres(database.url))).toEqual(nothing)
})

it('a writer that was there first makes the restore wait, and then sees it refused', async () => {
  const plan = await repository.plan(before, postgres(database.url), { mode: 'overwrite' })
  const writer = await database.connect()
  await writer.query(`BEGIN; UPDATE t SET v = 'newer' WHERE id = 7`)
  const applying = expect(repository.apply(plan)).rejects.toMatchObject({ code: 'TARGET_MOVED' })
  await untilDbsnapWaits(database)
  await writer.query('COMMIT')
  await applying
  expect(await database.sql('SELECT v FROM t WHERE id = 7')).toEqual([{ v: 'newer' }])
})

it('a writer that does not end makes the restore give up', async () => {
  const writer = await database.connect()
  await writer.query(`BEGIN; UPDATE t SET v = 'newer' WHERE id = 7`)
  const target = postgres({ url: database.url, lockTimeoutSeconds: 0.1 })
  await expect(repository.restore(before, target, { mode: 'overwrite', confirm: true })).rejects.toMatchObject({
    code: 'LOCK_TIMEOUT',
    retryable: true,
  })
  await writer.query('ROLLBACK')
})

it('of two restores at once into one database, one is done and the other refused', async () => {
  await database.sql(`UPDATE t SET v = 'damaged'`)
  const plans = await Promise.all(
    [1, 2].map(() => repository.plan(before, postgres(database.url), { mode: 'overwrite' })),
  )
  const codes = await codesOf(plans.map((plan) => repository.apply(plan)))
  expect(codes).toEqual(['TARGET_MOVED', 'done'])
  expect(await compare(repository, before, postgres(database.url))).toEqual(nothing)
})

it('of two creations at once in one empty database, one is done and the other refused', async () => {
  const target = await testDatabase()
  const plan = () => repository.plan(before, postgres(target.url), { mode: 'create' })
  const plans = [await plan(), await plan()]
  const [refused, done] = await codesOf(plans.map((one) => repository.apply(one)))
  expect(['TARGET_NOT_EMPTY', 'TARGET_MOVED']).toContain(refused)
  expect(done).toBe('done')
  expect(await compare(repository, before, postgres(target.url))).toEqual(nothing)
  await target.close()
})

it('a table that somebody else makes at the same moment is neither overwritten nor mixed', async () => {
  const target = await testDatabase()
  const plan = await repository.plan(before, postgres(target.url), { mode: 'create' })
  const other = await target.connect()
  await other.query(`BEGIN; CREATE TABLE t (id int PRIMARY KEY, mine text); INSERT INTO t VALUES (1, 'mine')`)
  const applying = expect(repository.apply(plan)).rejects.toMatchObject({ code: 'TARGET_MOVED' })
  await untilDbsnapWaits(target)
  await other.query('COMMIT')
  await applying
  expect(await target.sql('SELECT * FROM t')).toEqual([{ id: 1, mine: 'mine' }])
  expect(
    await target.sql(`SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`),
  ).toEqual([{ relname: 't' }])
  await target.close()
})
