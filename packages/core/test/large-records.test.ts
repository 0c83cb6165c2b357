import { describe, expect, it } from 'vitest'
import { memory } from '../src/stores/memory-store.ts'
import { collect } from './support/collect.ts'
import { differences } from './support/differences.ts'
import { MemoryDatabase, type MemoryRow } from './support/memory-database.ts'
import { contextOf, createRepository } from './support/memory-repository.ts'
import { contents, order, shop } from './support/shop.ts'
import { collectionIn, news, treeOf } from './support/stored-tree.ts'

const NAME = 'public.orders'
/** Three segments of 1 MiB. */
const LARGE = 2_500_000

const rows: MemoryRow[] = [order(1), order(2, 0, LARGE), order(3), order(4, 0, LARGE), order(5)]

describe('records above 1 MiB', () => {
  it('are taken, read, compared and restored as any other', async () => {
    const repository = await createRepository()
    const database = shop(rows)
    const snapshot = await repository.take(database)
    const read = await collect(repository.records(snapshot, NAME))
    expect(read.map(({ note }) => note)).toEqual(rows.map(([, , note]) => note))
    const changed = order(4, 1, LARGE)
    database.update(NAME, changed)
    const { changes } = await differences(repository.diff(snapshot, database))
    expect(changes.map(({ kind, key, fields }) => [kind, key, fields])).toEqual([['changed', { id: 4 }, ['note']]])
    const target = new MemoryDatabase()
    await repository.restore(snapshot, target, { mode: 'create' })
    expect(contents(target)).toEqual(contents(shop(rows)))
    expect((await repository.check({ readFraction: 1 })).sound).toBe(true)
  })

  it('stand alone, and are stored once', async () => {
    const store = memory()
    const repository = await createRepository(store)
    const database = shop(rows)
    const context = await contextOf(store)
    const first = await repository.take(database)
    const before = await treeOf(context, await collectionIn(repository, first, NAME))
    expect(before.chunks.length).toBeGreaterThanOrEqual(4)
    const same = await repository.take(database)
    expect(same.storedBytes).toBeLessThan(10_000)
    // A small record takes the place of a large one, and the other way round.
    database.update(NAME, order(2, 1), order(3, 1, LARGE))
    const second = await repository.take(database)
    const after = await treeOf(context, await collectionIn(repository, second, NAME))
    expect(news(before.chunks, after.chunks).length).toBeGreaterThanOrEqual(2)
    const read = await collect(repository.records(second, NAME))
    expect(read.map(({ note }) => note)).toEqual(database.rows(NAME).map(([, , note]) => note))
    const third = await repository.take(shop(rows))
    expect(third.collections).toEqual(first.collections)
    expect(third.storedBytes).toBeLessThan(10_000)
  })
})
