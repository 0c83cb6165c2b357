import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Repository } from '@dbsnap/core'
import { sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate, openRepository, rollBack } from '../src/migration-guard.ts'

const MIGRATION = `
  alter table accounts add column plan text not null default 'free';
  update accounts set balance = balance * 2 where id % 2 = 0;
  delete from accounts where id = 7;
  drop index accounts_owner_idx;
`

let repository: Repository
let repositoryFolder: string
let url: string

beforeEach(async () => {
  repositoryFolder = await mkdtemp(join(tmpdir(), 'dbsnap-migration-guard-'))
  repository = await openRepository(repositoryFolder, 'correct horse')
  const server = await sharedPostgres()
  url = await server.createDatabase()
  await query(`
    create table accounts (id integer primary key, owner text not null, balance numeric(12, 2) not null);
    create index accounts_owner_idx on accounts (owner);
    create table untouched (id integer primary key);
    insert into accounts select n, 'owner ' || n, n * 1.5 from generate_series(1, 100) n;
    insert into untouched select generate_series(1, 10);
  `)
})

afterEach(async () => {
  await repository.close()
  await rm(repositoryFolder, { recursive: true, force: true })
})

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const result = await client.query(sql)
    return result.rows
  } finally {
    await client.end()
  }
}

/** Everything that the migration touches, as the database itself tells it. */
async function picture(): Promise<unknown> {
  return {
    accounts: await query('select * from accounts order by id'),
    untouched: await query('select * from untouched order by id'),
    columns: await query(
      `select column_name, data_type from information_schema.columns where table_schema = 'public' order by 1`,
    ),
    indexes: await query(`select indexdef from pg_indexes where schemaname = 'public' order by 1`),
  }
}

test('a migration is reported, and rolled back on demand', async () => {
  const original = await picture()
  const lines: string[] = []
  const report = await migrate(repository, url, { name: '042-plans', sql: MIGRATION }, (line) => lines.push(line))
  expect(await picture()).not.toEqual(original)
  expect(report.recordsChanged).toBe(51) // 50 even ids doubled, id 7 gone
  expect(report.schemaChanged).toBeGreaterThanOrEqual(2)
  expect(lines).toContain('public.accounts: 0 added, 1 removed, 50 changed')
  expect(lines).toContain('removed index public.accounts_owner_idx')
  expect(lines).toContain('added column public.accounts.plan')

  await rollBack(repository, url)
  expect(await picture()).toEqual(original)
})

test('a migration that fails half-way is put back at once', async () => {
  const original = await picture()
  const sql = `begin; delete from accounts; commit; select 1 / 0`
  await expect(migrate(repository, url, { name: 'broken', sql }, () => {})).rejects.toThrow('division by zero')
  expect(await picture()).toEqual(original)
})
