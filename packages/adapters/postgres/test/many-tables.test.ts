import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { memory, Repository } from '@dbsnap/core'
import { sharedPostgres } from '@dbsnap/test-servers'
import { expect, it } from 'vitest'
import { postgres } from '../src/index.ts'
import { type DriverClient, importPostgresDriver, type PostgresDriver } from '../src/postgres-client.ts'
import { databaseOf } from './schema-fixture.ts'

const many = (tables: number) => `
  create table public.one (id integer primary key);
  create schema many;
  do $$ begin for i in 1..${tables} loop
    execute format('create table many.t_%s (id integer primary key, what text)', i);
  end loop; end $$`

/** The driver, with every statement counted. */
async function countingDriver(): Promise<{ driver: PostgresDriver; count: () => number }> {
  const { Client, copyIn } = await importPostgresDriver()
  let count = 0
  const Counting = class extends Client {
    override query: DriverClient['query'] = ((...query: Parameters<DriverClient['query']>) => {
      count++
      return super.query(...query)
    }) as DriverClient['query']
  }
  return { driver: { Client: Counting, copyIn }, count: () => count }
}

it('reads the schema of a table in a few kilobytes of memory', async () => {
  const url = await databaseOf(15, many(2000))
  const script = fileURLToPath(new URL('support/peak-of-opening.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=dbsnap:source', script, url])
  const { tables, bytes } = JSON.parse(stdout)
  expect(tables).toBe(2001)
  // Measured: 31 MB, most of it room that the collector takes. With rows and drafts as objects it was 77 to 92 MB.
  expect(bytes).toBeLessThan(55e6)
})

it('restores and proves a table in a handful of statements', async () => {
  const { driver, count } = await countingDriver()
  const restoring = async (tables: number): Promise<number> => {
    const repository = await Repository.create(memory(), { unencrypted: true })
    const before = await repository.take(postgres(await databaseOf(15, many(tables))))
    const counted = count()
    const target = postgres({ url: await (await sharedPostgres(15)).createDatabase(), driver })
    await repository.restore(before, target, { mode: 'create' })
    return count() - counted
  }
  const few = await restoring(1)
  // The table, its key, its records; its records again to prove them, and whether they were still the table's.
  expect((await restoring(21)) - few).toBeLessThanOrEqual(20 * 5)
})
