import type { Repository } from '@dbsnap/core'
import { postgres } from '@dbsnap/postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compare, memoryRepository, nothing } from '../src/compare.ts'
import { hookedSource } from '../src/hooked-source.ts'
import { type TestDatabase, testDatabase } from '../src/test-database.ts'

let database: TestDatabase
let repository: Repository

beforeEach(async () => {
  database = await testDatabase(`
    CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL, filler text DEFAULT repeat('x', 500));
    CREATE TABLE savings (id int PRIMARY KEY, balance int NOT NULL, filler text DEFAULT repeat('y', 500));
    INSERT INTO accounts SELECT i, 1000 FROM generate_series(1, 2000) i;
    INSERT INTO savings SELECT i, 1000 FROM generate_series(1, 2000) i`)
  repository = await memoryRepository()
})
afterEach(() => database.close())

async function total(snapshot: Parameters<Repository['records']>[0]): Promise<number> {
  let sum = 0
  for (const name of ['public.accounts', 'public.savings']) {
    for await (const bytes of repository.rawRecords(snapshot, name)) {
      for (const line of bytes.toString().trimEnd().split('\n')) sum += Number(line.split('\t')[1])
    }
  }
  return sum
}

describe('while a take reads', () => {
  it('no TRUNCATE, rewrite or DROP gets in between, and writers do not wait', async () => {
    const before = await repository.take(postgres(database.url))
    const refused: string[] = []
    const source = hookedSource(postgres(database.url), {
      opened: async () => {
        await database.sql(`SET lock_timeout = '20ms'`)
        for (const ddl of [
          'TRUNCATE accounts',
          'ALTER TABLE accounts ALTER balance TYPE bigint',
          'DROP TABLE accounts',
          'ALTER TABLE accounts RENAME TO gone',
        ]) {
          await database.sql(ddl).catch(({ code }) => refused.push(code))
        }
        await database.sql(`DELETE FROM accounts WHERE id % 2 = 0; UPDATE savings SET balance = 0;
          INSERT INTO savings SELECT i, 5 FROM generate_series(3000, 4000) i`)
      },
    })
    const after = await repository.take(source)
    expect(refused).toEqual(['55P03', '55P03', '55P03', '55P03'])
    expect(await compare(repository, before, after)).toEqual(nothing)
  })

  it('sees one moment of two tables between which others move money', async () => {
    const writer = await database.connect()
    let stopped = false
    let transfers = 0
    const writing = async (): Promise<void> => {
      for (; !stopped; transfers++) {
        const id = 1 + (transfers % 2000)
        await writer.query(`BEGIN; UPDATE accounts SET balance = balance - 7 WHERE id = ${id};
          UPDATE savings SET balance = balance + 7 WHERE id = ${2001 - id}; COMMIT`)
      }
    }
    const writes = writing()
    for (let take = 0; take < 4; take++) {
      expect(await total(await repository.take(postgres(database.url)))).toBe(4_000_000)
    }
    stopped = true
    await writes
    expect(transfers).toBeGreaterThan(10)
  })

  it('a schema that is put in the place of another is not read in its stead', async () => {
    await database.sql(`
      CREATE SCHEMA blue; CREATE TABLE blue.t (id int PRIMARY KEY); INSERT INTO blue.t VALUES (1), (2), (3);
      CREATE SCHEMA green; CREATE TABLE green.t (id int PRIMARY KEY)`)
    const source = hookedSource(postgres(database.url), {
      opened: async () => {
        await database.sql('ALTER SCHEMA blue RENAME TO old; ALTER SCHEMA green RENAME TO blue')
      },
    })
    await expect(repository.take(source)).rejects.toMatchObject({ code: 'READ_POINT_LOST', retryable: true })
    expect(await repository.list()).toEqual([])
  })

  it('a connection that the server ends is a typed error, and nothing is published', async () => {
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'dbsnap' AND datname = current_database()`
    for (const hooks of [
      { opened: async () => void (await database.sql(end)) },
      { reading: async () => void (await database.sql(end)) },
    ]) {
      const taking = repository.take(hookedSource(postgres(database.url), hooks))
      await expect(taking).rejects.toMatchObject({ code: 'CONNECTION_FAILED', retryable: true })
    }
    expect(await repository.list()).toEqual([])
    await expect(repository.take(postgres(database.url))).resolves.toMatchObject({ records: 4000 })
  })
})
