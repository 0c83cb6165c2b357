import type { Repository } from '@dbsnap/core'
import { postgres } from '@dbsnap/postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memoryRepository } from '../src/compare.ts'
import { type TestDatabase, testDatabase } from '../src/test-database.ts'

let database: TestDatabase
let repository: Repository
let stranger: { readonly name: string; readonly url: string }

beforeEach(async () => {
  database = await testDatabase(`
    CREATE TABLE open (id int PRIMARY KEY);
    CREATE TABLE secret (id int PRIMARY KEY, value text);
    CREATE SCHEMA closed;
    CREATE TABLE closed.t (id int PRIMARY KEY);
    INSERT INTO open SELECT generate_series(1, 10);
    INSERT INTO secret SELECT i, 'canary-in-a-record' FROM generate_series(1, 10) i`)
  stranger = await database.stranger()
  await database.sql(`GRANT SELECT ON open TO ${stranger.name}`)
  repository = await memoryRepository()
})
afterEach(() => database.close())

describe('a user who may not read everything', () => {
  it('is told which tables, and nothing is published', async () => {
    await expect(repository.take(postgres(stranger.url))).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringMatching(/closed\.t.*public\.secret/),
      data: { collections: ['closed.t', 'public.secret'] },
    })
    expect(await repository.list()).toEqual([])
  })

  it('can leave them out', async () => {
    const snapshot = await repository.take(postgres(stranger.url), { exclude: ['secret', 'closed.*'] })
    expect(snapshot.collections.map(({ layout, records }) => [layout.name, records])).toEqual([['public.open', 10]])
    const chosen = await repository.take(postgres(stranger.url), { include: ['open'] })
    expect(chosen.records).toBe(10)
  })

  it('who may read some columns only is refused', async () => {
    await database.sql(`GRANT SELECT (id) ON secret TO ${stranger.name}`)
    await expect(repository.take(postgres(stranger.url), { include: ['secret'] })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('public.secret'),
    })
  })

  it('who would see a part of the rows only is refused', async () => {
    await database.sql(`GRANT SELECT ON secret TO ${stranger.name}; ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
      CREATE POLICY few ON secret USING (id < 5)`)
    await expect(repository.take(postgres(stranger.url), { include: ['secret'] })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('secret'),
    })
    expect((await repository.take(postgres(stranger.url), { include: ['open'] })).records).toBe(10)
    expect((await repository.take(postgres(database.url), { include: ['secret'] })).records).toBe(10)
  })

  it('who owns a table with forced policies is refused as well', async () => {
    await database.sql(`ALTER TABLE secret OWNER TO ${stranger.name}; ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
      ALTER TABLE secret FORCE ROW LEVEL SECURITY; CREATE POLICY few ON secret USING (false)`)
    await expect(repository.take(postgres(stranger.url), { include: ['secret'] })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    })
  })
})
