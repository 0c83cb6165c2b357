import { postgres } from '@dbsnap/postgres'
import { expect, it } from 'vitest'
import { compare, memoryRepository } from '../src/compare.ts'
import { overwrite, roundTrip } from '../src/round-trip.ts'
import { testDatabase } from '../src/test-database.ts'

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Names that break who forgets to quote, to escape or to look before inheriting from Object. */
const NAMES = [
  'Order',
  'with space',
  'dotted.name',
  '.',
  'qu"ote',
  "apo'strophe",
  '"',
  'back\\slash',
  'tab\tline\nbreak',
  'ünïcode 😀',
  'select',
  'toString',
  '__proto__',
  'constructor',
  '$1',
  '%I %s',
  '*',
  'a,b',
  '-- comment',
  ':colon',
  'x'.repeat(63),
]

it('names of every kind, for schemas, tables, columns and indexes, are only names', async () => {
  const tables = NAMES.map(
    (name, i) => `
      CREATE TABLE ${quoted(name)} (${quoted(name)} int PRIMARY KEY, ${NAMES.filter((other) => other !== name)
        .map((other) => `${quoted(other)} text DEFAULT ${i}`)
        .join(', ')});
      CREATE INDEX ${quoted(`${name.slice(0, 50)} index`)} ON ${quoted(name)} (${quoted(name)});
      INSERT INTO ${quoted(name)} VALUES (1), (2), (3);`,
  )
  const schemas = NAMES.filter((name) => !name.includes('.')).map(
    (name) => `CREATE SCHEMA ${quoted(name)}; CREATE TABLE ${quoted(name)}.t (id serial PRIMARY KEY, v text);
      INSERT INTO ${quoted(name)}.t (v) VALUES ('a'), ('b');`,
  )
  const database = await testDatabase(`${tables.join('')} ${schemas.join('')}`)
  const repository = await memoryRepository()
  const trip = await roundTrip(repository, database)
  const others = NAMES.filter((name) => name !== '__proto__' && name !== 'toString')
  await trip.target.sql(
    others
      .map(quoted)
      .map((name) => `UPDATE ${name} SET "__proto__" = 'new', "toString" = NULL WHERE ${name} = 2;`)
      .join(' '),
  )
  let changes = 0
  for await (const change of repository.diff(trip.snapshot, postgres(trip.target.url), { include: ['public.*'] })) {
    if (change.type !== 'change') continue
    expect(change.fields).toEqual(['__proto__', 'toString'])
    expect(Object.entries(change.key)).toEqual([[change.collection.slice('public.'.length), 2]])
    expect(Object.getOwnPropertyDescriptor(change.after ?? {}, '__proto__')?.value).toBe('new')
    changes++
  }
  expect(changes).toBe(others.length)
  await overwrite(repository, trip)
  await Promise.all([database.close(), trip.target.close()])
})

it('a single odd name can be chosen, restored alone and left out', async () => {
  const database = await testDatabase(NAMES.map((name) => `CREATE TABLE ${quoted(name)} (id int);`).join(''))
  const repository = await memoryRepository()
  for (const name of NAMES.filter((name) => !name.includes('*'))) {
    const whole = `public.${name}`
    const snapshot = await repository.take(postgres(database.url), { include: [whole] })
    expect(snapshot.collections.map(({ layout }) => layout.name)).toEqual([whole])
  }
  const all = await repository.take(postgres(database.url))
  const target = await testDatabase()
  await repository.restore(all, postgres(target.url), { mode: 'create', include: ['public.__proto__'] })
  expect((await compare(repository, postgres(target.url), all)).records).toEqual({})
  await Promise.all([database.close(), target.close()])
})

it('two tables whose schema and name come to the same text are refused by both names', async () => {
  const database = await testDatabase(`
    CREATE SCHEMA a; CREATE TABLE a."b.c" (id int PRIMARY KEY); INSERT INTO a."b.c" VALUES (1);
    CREATE SCHEMA "a.b"; CREATE TABLE "a.b".c (id int PRIMARY KEY); INSERT INTO "a.b".c VALUES (2);
    CREATE TABLE fine (id int)`)
  const repository = await memoryRepository()
  await expect(repository.take(postgres(database.url))).rejects.toMatchObject({
    code: 'SOURCE_FAILED',
    message: expect.stringContaining('a.b.c'),
  })
  const others = await repository.take(postgres(database.url), { exclude: ['a.b.c'] })
  expect(others.collections.map(({ layout }) => layout.name)).toEqual(['public.fine'])
  await database.close()
})
