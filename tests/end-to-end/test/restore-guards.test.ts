import type { Repository, RestoreMode } from '@dbsnap/core'
import { postgres } from '@dbsnap/postgres'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { compare, memoryRepository, nothing } from '../src/compare.ts'
import { type TestDatabase, testDatabase } from '../src/test-database.ts'

const CANARY = 'canary-in-a-record'
const SHOP = `CREATE TABLE people (id int PRIMARY KEY, email text, age int); INSERT INTO people SELECT i, '${CANARY}' || i, i FROM generate_series(1, 20) i;`

interface Guard {
  readonly change: string
  readonly mode: RestoreMode
  readonly code: string
  /** What the message must name. */
  readonly names: string
}

const guards: Record<string, Guard> = {
  'something is in the way of create': { change: '', mode: 'create', code: 'TARGET_NOT_EMPTY', names: 'public.people' },
  'a view is in the way of create': {
    change: 'DROP TABLE people; CREATE VIEW people AS SELECT 1 AS a',
    mode: 'create',
    code: 'TARGET_NOT_EMPTY',
    names: 'public.people',
  },
  'a type is in the way of create': {
    change: 'DROP TABLE people; CREATE TYPE people AS (a int)',
    mode: 'create',
    code: 'TARGET_NOT_EMPTY',
    names: 'public.people',
  },
  'a view is in the way of overwrite': {
    change: 'DROP TABLE people; CREATE VIEW people AS SELECT 1 AS a',
    mode: 'overwrite',
    code: 'TARGET_NOT_EMPTY',
    names: 'public.people',
  },
  'a view rests on a table that must be made anew': {
    change: 'ALTER TABLE people ADD extra int; CREATE VIEW of_people AS SELECT extra FROM people',
    mode: 'overwrite',
    code: 'INCOMPATIBLE_TARGET',
    names: 'people',
  },
  'a foreign key of another table needs the key that goes': {
    change: 'ALTER TABLE people ADD other int UNIQUE; CREATE TABLE refers (other int REFERENCES people (other))',
    mode: 'overwrite',
    code: 'INCOMPATIBLE_TARGET',
    names: 'refers_other_fkey',
  },
  'appended records break a check of the target': {
    change: 'DELETE FROM people; ALTER TABLE people ADD CONSTRAINT grown_up CHECK (age > 18)',
    mode: 'append',
    code: 'INCOMPATIBLE_TARGET',
    names: 'grown_up',
  },
  'appended records break another unique index of the target': {
    change: 'UPDATE people SET id = id + 100; CREATE UNIQUE INDEX one_email ON people (email)',
    mode: 'append',
    code: 'INCOMPATIBLE_TARGET',
    names: 'one_email',
  },
  'the table to append to has other columns': {
    change: 'DELETE FROM people; ALTER TABLE people ADD extra int',
    mode: 'append',
    code: 'INCOMPATIBLE_TARGET',
    names: 'public.people',
  },
  'the table to append to has another type': {
    change: 'DELETE FROM people; ALTER TABLE people ALTER age TYPE bigint',
    mode: 'append',
    code: 'INCOMPATIBLE_TARGET',
    names: 'public.people',
  },
}

let repository: Repository
let template: TestDatabase
let database: TestDatabase
beforeAll(async () => {
  repository = await memoryRepository()
  template = await testDatabase(SHOP)
  await repository.take(postgres(template.url))
})
afterAll(() => template.close())
beforeEach(async () => {
  database = await testDatabase(SHOP)
})
afterEach(() => database.close())

describe.each(Object.entries(guards))('where %s', (_, { change, mode, code, names }) => {
  it('the restore is refused by name, without a value, and nothing is written', async () => {
    await database.sql(change)
    const between = await repository.take(postgres(database.url))
    const restoring = repository.restore(before(), postgres(database.url), { mode, confirm: true, safety: false })
    const error = await restoring.then(
      () => undefined,
      (failure) => failure,
    )
    expect(error).toMatchObject({ code, message: expect.stringContaining(names) })
    expect(JSON.stringify(error) + error.stack).not.toContain(CANARY)
    expect(await compare(repository, between, postgres(database.url))).toEqual(nothing)
  })
})

/** The latest snapshot of the template. */
function before(): string {
  return `${postgres(template.url).label}:latest`
}
