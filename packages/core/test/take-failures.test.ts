import { describe, expect, it } from 'vitest'
import type { TakeOptions } from '../src/operations/take-snapshot.ts'
import { memory } from '../src/stores/memory-store.ts'
import { keysOf, storeWith } from './object-layer.ts'
import type { MemoryDatabase } from './support/memory-database.ts'
import { createRepository, openRepository } from './support/memory-repository.ts'
import { orders, shop } from './support/shop.ts'

/** Takes a snapshot that must fail; afterwards nothing may be published, open or registered. */
async function failing(database: MemoryDatabase, options?: TakeOptions): Promise<unknown> {
  const store = memory()
  const repository = await createRepository(store)
  const error = await repository.take(database, options).then(
    () => new Error('it was taken'),
    (reason: unknown) => reason,
  )
  expect(await repository.list()).toEqual([])
  expect(await keysOf(store, 'writers/')).toEqual([])
  expect(database.openReadPoints).toBe(0)
  return error
}

describe('a take publishes nothing', () => {
  it.each([0, 7, 10_000])('when the source fails after %i bytes', async (failAfterBytes) => {
    for (const table of ['public.orders', 'public.audit']) {
      const database = shop(orders(2000, 100))
      database.faults.set(table, { failAfterBytes })
      expect(await failing(database)).toMatchObject({ code: 'SOURCE_FAILED' })
    }
  })

  it('when records come out of order', async () => {
    const database = shop()
    database.faults.set('public.orders', { outOfOrder: true })
    expect(await failing(database)).toMatchObject({ code: 'SOURCE_ORDER', data: { collection: 'public.orders' } })
  })

  it('when it is interrupted, before or while it reads', async () => {
    expect(await failing(shop(), { signal: AbortSignal.abort() })).toMatchObject({ code: 'INTERRUPTED' })
    for (const table of ['public.orders', 'public.audit']) {
      const controller = new AbortController()
      const database = shop(orders(50), { bufferBytes: 16 })
      database.faults.set(table, { beforeBuffer: (given) => (given > 20 ? controller.abort() : undefined) })
      expect(await failing(database, { signal: controller.signal })).toMatchObject({ code: 'INTERRUPTED' })
    }
  })

  it('when one collection fails, and does not begin the others', async () => {
    const database = shop()
    const begun: string[] = []
    database.faults.set('public.orders', { failAfterBytes: 0 })
    database.faults.set('public.audit', { beforeBuffer: () => void begun.push('audit') })
    expect(await failing(database, { concurrency: 1 })).toMatchObject({ code: 'SOURCE_FAILED' })
    expect(begun).toEqual([])
  })

  it('when the store loses what was just put', async () => {
    const kept = memory()
    const forgetful = storeWith(kept, {
      put: async (key, body, options) => {
        const spoilt = key.startsWith('packs/')
          ? [Buffer.alloc(body.reduce((sum, part) => sum + part.length, 0))]
          : body
        await kept.put(key, spoilt, options)
      },
    })
    await createRepository(kept)
    const repository = await openRepository(forgetful)
    await expect(repository.take(shop())).rejects.toMatchObject({ code: 'DAMAGED' })
    expect(await repository.list()).toEqual([])
  })
})
