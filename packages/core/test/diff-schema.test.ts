import { describe, expect, it } from 'vitest'
import { hasDifferences } from '../src/operations/difference.ts'
import { differences } from './support/differences.ts'
import { createRepository } from './support/memory-repository.ts'
import { index, shop } from './support/shop.ts'

describe('the schema part of a diff', () => {
  it('names what was added, removed and changed, by kind and name', async () => {
    const repository = await createRepository()
    const database = shop()
    database.define(index('b'))
    database.define(index('c'))
    const before = await repository.take(database)
    database.undefine('index', 'public.b')
    database.define(index('c', 'paid'))
    database.define(index('a'))
    database.createTable('public.new', { columns: { id: 'integer' } })
    const { changes, schema, summary } = await differences(repository.diff(before, database))
    expect(changes).toEqual([])
    expect(schema).toEqual([
      change('index', 'added', 'public.a', null, { column: 'note' }),
      change('index', 'removed', 'public.b', { column: 'note' }, null),
      change('index', 'changed', 'public.c', { column: 'note' }, { column: 'paid' }),
      change('table', 'added', 'public.new', null, { columns: [{ name: 'id', type: 'integer' }], key: [] }),
    ])
    expect(summary.schema).toEqual({ added: 2, removed: 1, changed: 1 })
    expect(hasDifferences(summary)).toBe(true)
  })

  it('does not see what says nothing about the schema: statements, state, where an object stands', async () => {
    const repository = await createRepository()
    const database = shop()
    const before = await repository.take(database)
    database.define({ ...index('orders_note'), state: { pages: 7 }, statements: ['create index'], section: 'pre-data' })
    const { schema, summary } = await differences(repository.diff(before, database))
    expect(schema).toEqual([])
    expect(hasDifferences(summary)).toBe(false)
  })

  it('does not see the order of members', async () => {
    const repository = await createRepository()
    const database = shop()
    database.define({ ...index('more'), definition: { column: 'note', unique: true } })
    const before = await repository.take(database)
    database.define({ ...index('more'), definition: { unique: true, column: 'note' } })
    database.define(index('now'))
    const { schema } = await differences(repository.diff(before, database))
    expect(schema.map(({ kind, name }) => [kind, name])).toEqual([['added', 'public.now']])
  })

  it('of chosen collections is of what belongs to them alone', async () => {
    const repository = await createRepository()
    const database = shop()
    const { collection: _, ...free } = { ...index('now'), kind: 'function' }
    const before = await repository.take(database)
    database.define(free)
    database.define(index('more'))
    const namesOf = async (choice: { include?: string[]; exclude?: string[] }) =>
      (await differences(repository.diff(before, database, choice))).schema.map(({ name }) => name)
    expect(await namesOf({})).toEqual(['public.now', 'public.more'])
    expect(await namesOf({ include: ['orders'] })).toEqual(['public.more'])
    expect(await namesOf({ include: ['audit'] })).toEqual([])
    expect(await namesOf({ exclude: ['audit'] })).toEqual(['public.more'])
    expect(await namesOf({ exclude: ['orders'] })).toEqual([])
  })
})

function change(object: string, kind: string, name: string, before: unknown, after: unknown) {
  return { type: 'schema', object, kind, name, before, after }
}
