import type { Repository } from '@dbsnap/core'
import { postgres } from '@dbsnap/postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compare, memoryRepository, nothing } from '../src/compare.ts'
import { type TestDatabase, testDatabase, untilDbsnapWaits } from '../src/test-database.ts'

let database: TestDatabase
let repository: Repository

beforeEach(async () => {
  database = await testDatabase(`
    CREATE TABLE orders (id int PRIMARY KEY, total int NOT NULL, note text);
    CREATE TABLE others (id int PRIMARY KEY);
    INSERT INTO orders SELECT i, i, 'note ' || i FROM generate_series(1, 1000) i;
    INSERT INTO others SELECT generate_series(1, 10)`)
  repository = await memoryRepository()
})
afterEach(() => database.close())

/**
 * Runs `ddl` in a transaction that commits after the take has chosen its moment and while it waits for its locks: what
 * the moment shows and what the tables hold are then two different things.
 */
async function takeAround(ddl: string) {
  const other = await database.connect()
  await other.query(`BEGIN; ${ddl}`)
  const taking = repository.take(postgres(database.url))
  await untilDbsnapWaits(database)
  await other.query('COMMIT')
  return taking
}

describe('a change of the schema between the moment of a take and its locks', () => {
  it.each([
    ['TRUNCATE', 'TRUNCATE orders'],
    ['TRUNCATE and new records', `TRUNCATE orders; INSERT INTO orders VALUES (1, 2, 'new')`],
    ['a rewriting ALTER TYPE', 'ALTER TABLE orders ALTER total TYPE bigint'],
    ['VACUUM FULL in the form of CLUSTER', 'CLUSTER orders USING orders_pkey'],
    ['DROP TABLE', 'DROP TABLE orders'],
    ['DROP TABLE and another of its name', 'DROP TABLE orders; CREATE TABLE orders (id int PRIMARY KEY)'],
    ['a new column', `ALTER TABLE orders ADD extra int DEFAULT 7; UPDATE orders SET extra = 8`],
    ['a dropped column', 'ALTER TABLE orders DROP note'],
    ['a renamed column', 'ALTER TABLE orders RENAME note TO remark'],
    ['a renamed table', 'ALTER TABLE orders RENAME TO gone'],
    [
      'a table in the place of another',
      `ALTER TABLE orders RENAME TO old; CREATE TABLE orders (LIKE old INCLUDING ALL); INSERT INTO orders VALUES (1, 2, 'new')`,
    ],
    [
      'two tables that change places',
      'ALTER TABLE orders RENAME TO t; ALTER TABLE others RENAME TO orders; ALTER TABLE t RENAME TO others',
    ],
    ['a table in another schema', 'CREATE SCHEMA s; ALTER TABLE orders SET SCHEMA s'],
    ['a primary key that goes', 'ALTER TABLE orders DROP CONSTRAINT orders_pkey'],
    ['another primary key', 'ALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD PRIMARY KEY (id, total)'],
  ])('%s: the snapshot is what the database holds', async (_, ddl) => {
    const snapshot = await takeAround(ddl)
    expect(await compare(repository, snapshot, postgres(database.url))).toEqual(nothing)
  })

  it('gives up with a typed, retryable error where a lock does not come', async () => {
    const other = await database.connect()
    await other.query('BEGIN; LOCK TABLE orders')
    const source = postgres({ url: database.url, lockTimeoutSeconds: 0.1 })
    await expect(repository.take(source)).rejects.toMatchObject({
      code: 'LOCK_TIMEOUT',
      retryable: true,
      message: expect.stringContaining('public.orders'),
    })
    expect(await repository.list()).toEqual([])
    await other.query('ROLLBACK')
  })
})
