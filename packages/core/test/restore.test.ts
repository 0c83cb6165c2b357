import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasDifferences } from '../src/operations/difference.ts'
import { differences } from './support/differences.ts'
import { MemoryDatabase } from './support/memory-database.ts'
import { createRepository } from './support/memory-repository.ts'
import { contents, index, order, orders, shop } from './support/shop.ts'

const NAME = 'public.orders'

describe('create', () => {
  it('makes a database that a diff cannot tell from the snapshot', async () => {
    const repository = await createRepository()
    const database = shop(orders(2000, 100))
    const { collection: _, ...free } = { ...index('now'), kind: 'function' }
    database.define(free)
    const snapshot = await repository.take(database)
    const target = new MemoryDatabase({ name: 'copy' })
    const { proof, collections, safetySnapshot } = await repository.restore(snapshot, target, { mode: 'create' })
    expect(contents(target)).toEqual(contents(database))
    expect(target.objects).toEqual(database.objects)
    expect(hasDifferences((await differences(repository.diff(snapshot, target))).summary)).toBe(false)
    expect(hasDifferences(proof)).toBe(false)
    expect(proof.collections.map(({ recordsAfter }) => recordsAfter)).toEqual([4, 0, 2000])
    expect(collections.map(({ added }) => added)).toEqual([4, 0, 2000])
    expect(safetySnapshot).toBeUndefined()
    expect(target.openReadPoints).toBe(0)
  })

  it('refuses what stands in the way, and writes nothing', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop())
    const target = new MemoryDatabase()
    target.createTable('public.audit', { columns: { other: 'text' } })
    await expect(repository.restore(snapshot, target, { mode: 'create', confirm: true })).rejects.toMatchObject({
      code: 'TARGET_NOT_EMPTY',
    })
    expect(target.tables).toEqual(['public.audit'])
    await repository.restore(snapshot, target, { mode: 'create', include: ['orders'] })
    expect(target.tables).toEqual(['public.audit', NAME])
  })
})

describe('overwrite', () => {
  it('makes the chosen collections equal the snapshot, whatever they were, and no other', async () => {
    const state = fc.uniqueArray(fc.tuple(fc.nat(60), fc.nat(2)), { selector: ([id]) => id, maxLength: 40 })
    const repository = await createRepository()
    await fc.assert(
      fc.asyncProperty(state, state, async (then, now) => {
        const [database, target] = [then, now].map((rows) => shop(rows.map(([id, version]) => order(id, version)))) as [
          MemoryDatabase,
          MemoryDatabase,
        ]
        target.insert('public.audit', ['only now', 7])
        target.createTable('public.other', { columns: { id: 'integer' } })
        const untouched = contents(target)
        const snapshot = await repository.take(database)
        await repository.restore(snapshot, target, { mode: 'overwrite', include: ['orders'], confirm: true })
        expect(contents(target)).toEqual({ ...untouched, [NAME]: contents(database)[NAME] })
      }),
      { numRuns: 15 },
    )
  })

  it('keeps what was before in a safety snapshot, which undoes it', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop(orders(10)))
    const target = shop([order(2, 1), order(77)])
    target.remove('public.audit', ['login', 1])
    const before = contents(target)
    const { safetySnapshot } = await repository.restore(snapshot, target, { mode: 'overwrite', confirm: true })
    expect(safetySnapshot).toMatchObject({ tags: { safety: `before restoring ${snapshot.id}` }, records: 5 })
    expect(contents(target)).toEqual(contents(shop(orders(10))))
    await repository.restore(safetySnapshot?.id as string, target, { mode: 'overwrite', confirm: true })
    expect(contents(target)).toEqual(before)
  })

  it('takes no safety snapshot where none is wanted', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop(orders(10)))
    const options = { mode: 'overwrite', confirm: true, safety: false } as const
    expect(await repository.restore(snapshot, shop(orders(3)), options)).not.toHaveProperty('safetySnapshot')
    expect(await repository.list()).toHaveLength(1)
  })

  it('writes equal records of a collection without key as often as they were', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop())
    const target = shop()
    target.insert('public.audit', ['logout', 2], ['logout', 2], ['new', 1])
    target.remove('public.audit', ['login', 1], ['login', 1])
    const { collections } = await repository.restore(snapshot, target, {
      mode: 'overwrite',
      include: ['audit'],
      confirm: true,
    })
    expect(collections).toEqual([{ name: 'public.audit', route: 'change', added: 2, removed: 3, changed: 0 }])
    expect(contents(target)['public.audit']).toEqual(contents(shop())['public.audit'])
  })

  it('leaves records alone that differ by spelling only', async () => {
    const repository = await createRepository()
    const database = new MemoryDatabase()
    database.createTable('docs', { columns: { id: 'integer', doc: 'json' }, key: ['id'] })
    database.insert('docs', [1, '{"a":1,"b":2}'], [2, '{}'])
    const snapshot = await repository.take(database)
    database.update('docs', [1, '{"b":2,"a":1}'], [2, '[]'])
    const { proof } = await repository.restore(snapshot, database, { mode: 'overwrite', confirm: true })
    expect(database.rows('docs')).toEqual([
      ['1', '{"b":2,"a":1}'],
      ['2', '{}'],
    ])
    expect(hasDifferences(proof)).toBe(false)
  })
})

describe('append', () => {
  it('inserts every record beside what is there, and creates what is not', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop([order(1), order(2)]))
    const target = shop([order(3)])
    target.dropTable('public.empty')
    const { proof, safetySnapshot } = await repository.restore(snapshot, target, { mode: 'append' })
    expect(target.rows(NAME).map(([id]) => id)).toEqual(['1', '2', '3'])
    expect(target.rows('public.audit')).toHaveLength(8)
    expect(target.tables).toContain('public.empty')
    // What was there before is no fault of it.
    expect(proof.collections.map(({ added, removed, changed }) => [added, removed, changed])).toEqual([
      [4, 0, 0],
      [0, 0, 0],
      [1, 0, 0],
    ])
    expect(safetySnapshot?.records).toBe(5)
  })

  it('stops at a key that is there, and writes nothing at all', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop([order(1), order(2)]))
    const target = shop([order(2)])
    const before = contents(target)
    await expect(repository.restore(snapshot, target, { mode: 'append' })).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    expect(contents(target)).toEqual(before)
    expect(target.openReadPoints).toBe(0)
    target.insert(NAME, order(9))
  })
})
