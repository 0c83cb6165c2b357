import { postgres } from '@dbsnap/postgres'
import { expect, it } from 'vitest'
import { memoryRepository } from '../src/compare.ts'
import { largeRecord } from '../src/large-record.ts'
import { manyTables } from '../src/many-tables.ts'
import { overwrite, roundTrip } from '../src/round-trip.ts'
import { testDatabase } from '../src/test-database.ts'

it('an empty database and empty tables', async () => {
  const repository = await memoryRepository()
  const empty = await testDatabase()
  const nothingAtAll = await roundTrip(repository, empty)
  expect(nothingAtAll.snapshot).toMatchObject({ records: 0, bytes: 0, collections: [] })
  await empty.sql('CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (v text); CREATE TABLE c ()')
  const trip = await roundTrip(repository, empty)
  expect(trip.snapshot.collections.map(({ records, root }) => [records, root])).toEqual([
    [0, null],
    [0, null],
    [0, null],
  ])
  await trip.target.sql(`INSERT INTO a VALUES (1); INSERT INTO b VALUES (NULL); INSERT INTO c DEFAULT VALUES`)
  await overwrite(repository, trip)
  await empty.sql('DROP TABLE a, b, c; DROP SCHEMA public')
  expect((await repository.take(postgres(empty.url))).collections).toEqual([])
  await Promise.all([empty.close(), trip.target.close(), nothingAtAll.target.close()])
})

it('hundreds of tables, under the default settings of a server', async () => {
  const { tables, equal } = await manyTables(await memoryRepository(), 600)
  expect({ tables, equal }).toEqual({ tables: 600, equal: true })
})

it('a record of 20 MB', async () => {
  expect(await largeRecord(await memoryRepository(), 20)).toBe(true)
})

it('a record above 256 MiB is refused by table and key, without its values', async () => {
  const database =
    await testDatabase(`CREATE TABLE t (id int PRIMARY KEY, v text, w text); INSERT INTO t VALUES (1, 'small');
    INSERT INTO t SELECT 4711, repeat('canary', 24000000), repeat('canary', 24000000)`)
  const repository = await memoryRepository()
  const error = await repository.take(postgres(database.url)).catch((failure) => failure)
  expect(error).toMatchObject({ code: 'RECORD_TOO_LARGE', message: expect.stringContaining('public.t') })
  expect(JSON.stringify(error)).toContain('4711')
  expect(JSON.stringify(error) + error.stack).not.toContain('canary')
  expect(await repository.list()).toEqual([])
  await database.close()
})
