import { describe, expect, it } from 'vitest'
import { StoreFailedError } from '../src/errors/store-failed-error.ts'
import { memory } from '../src/stores/memory-store.ts'
import { keysOf, storeWith } from './object-layer.ts'
import { collect } from './support/collect.ts'
import { createRepository, openRepository } from './support/memory-repository.ts'
import { order, orders, shop } from './support/shop.ts'

describe('after something stored was lost, the next take', () => {
  const rows = orders(3000, 300)

  /** A repository of two snapshots, of which the second rests on the first; then the packs `chosen` are deleted. */
  async function lossy(chosen: (packs: string[], newest: string[]) => string[]) {
    const store = memory()
    const database = shop(rows)
    const repository = await createRepository(store)
    await repository.take(database)
    const first = await keysOf(store, 'packs/')
    database.update('public.orders', order(1500, 1, 300))
    await repository.take(database)
    const all = await keysOf(store, 'packs/')
    const lost = chosen(
      first,
      all.filter((key) => !first.includes(key)),
    )
    expect(lost.length).toBeGreaterThan(0)
    for (const key of lost) await store.delete(key)
    return { store, database }
  }

  it.each([
    ['all packs', (first: string[], newest: string[]) => [...first, ...newest]],
    ['the first snapshot’s', (first: string[]) => first],
    ['the second snapshot’s, with the root', (_: string[], newest: string[]) => newest],
  ])('is whole: %s', async (_, chosen) => {
    const { store, database } = await lossy(chosen)
    const taken = await (await openRepository(store)).take(database)
    const repository = await openRepository(store)
    const read = await collect(repository.records(taken, 'public.orders'))
    expect(read.map(({ id }) => id)).toEqual(Array.from({ length: 3000 }, (_, i) => i + 1))
    const { brokenSnapshots } = await repository.check({ readFraction: 1 })
    expect(brokenSnapshots.map(({ id }) => id)).not.toContain(taken.id)
  })

  it('is whole where an object is known to be damaged', async () => {
    const store = memory()
    const database = shop(rows)
    // Of one chunk and a node, so that what lies first in its pack is the chunk.
    await (await createRepository(store)).take(database, { include: ['audit'] })
    for (const key of await keysOf(store, 'packs/')) {
      const bytes = await store.get(key)
      bytes[40] = (bytes[40] as number) ^ 1
      await store.put(key, [bytes])
    }
    const repository = await openRepository(store)
    // Reading is what makes it known.
    await expect(collect(repository.rawRecords('latest', 'public.audit'))).rejects.toMatchObject({ code: 'DAMAGED' })
    const taken = await repository.take(database)
    const after = await openRepository(store)
    expect(await collect(after.records(taken, 'public.audit'))).toHaveLength(4)
    expect(await collect(after.records(taken, 'public.orders'))).toHaveLength(3000)
  })

  it('is whole where chunks are lost and the tree above them is not', async () => {
    const store = memory()
    // Of more than one pack, 16 MiB: the nodes lie in the last one.
    const database = shop(orders(120, 200_000))
    await (await createRepository(store)).take(database, { include: ['orders'] })
    const sizes = (await collect(store.list('packs/'))).sort((a, b) => b.size - a.size)
    expect(sizes).toHaveLength(2)
    await store.delete(sizes[0]?.key as string)
    const taken = await (await openRepository(store)).take(database)
    const { sound, brokenSnapshots } = await (await openRepository(store)).check({ readFraction: 1 })
    expect(sound).toBe(false)
    expect(brokenSnapshots).toEqual([])
    expect(await collect((await openRepository(store)).records(taken, 'public.orders'))).toHaveLength(120)
  })

  it('does not hide that the store fails', async () => {
    const store = memory()
    const database = shop(rows)
    await (await createRepository(store)).take(database)
    const get = store.get.bind(store)
    const repository = await openRepository(
      storeWith(store, {
        get: (key, options) =>
          key.startsWith('packs/')
            ? Promise.reject(new StoreFailedError('unplugged', { hint: 'none' }))
            : get(key, options),
      }),
    )
    await expect(repository.take(database)).rejects.toThrow('unplugged')
  })
})
