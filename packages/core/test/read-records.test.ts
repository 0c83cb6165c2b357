import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memory } from '../src/stores/memory-store.ts'
import { storeWith } from './object-layer.ts'
import { collect } from './support/collect.ts'
import { MemoryDatabase } from './support/memory-database.ts'
import { createRepository, openRepository } from './support/memory-repository.ts'
import { orders, shop } from './support/shop.ts'

const NAME = 'public.orders'

describe('records of a snapshot', () => {
  it('are objects by column name, in key order, values as people see them', async () => {
    const repository = await createRepository()
    const database = new MemoryDatabase()
    database.createTable('t', { columns: { id: 'integer', ok: 'boolean', __proto__x: 'text' }, key: ['id'] })
    database.insert('t', [10, false, ''], [-3, null, 'a\\b\n'], [9, true, null])
    const snapshot = await repository.take(database)
    expect(await collect(repository.records(snapshot, 't'))).toEqual([
      { id: -3, ok: null, __proto__x: 'a\\b\n' },
      { id: 9, ok: true, __proto__x: null },
      { id: 10, ok: false, __proto__x: '' },
    ])
    expect(Buffer.concat(await collect(repository.rawRecords('latest', 't'))).toString()).toBe(
      '-3\t\\N\ta\\\\b\\n\n9\tt\t\\N\n10\tf\t\n',
    )
  })

  it('are any stretch that is asked for', async () => {
    const repository = await createRepository()
    const count = 3000
    const snapshot = await repository.take(shop(orders(count, 1000)))
    await fc.assert(
      fc.asyncProperty(fc.nat(count + 100), fc.nat(200), async (from, limit) => {
        const read = await collect(repository.records(snapshot, NAME, { from, limit }))
        const expected = Array.from({ length: Math.max(0, Math.min(limit, count - from)) }, (_, i) => from + i + 1)
        expect(read.map(({ id }) => id)).toEqual(expected)
      }),
      { numRuns: 30 },
    )
    expect((await collect(repository.records(snapshot, NAME, { from: count - 2 }))).map(({ id }) => id)).toEqual([
      count - 1,
      count,
    ])
  })

  it('are passed over unread', async () => {
    const kept = memory()
    await (await createRepository(kept)).take(shop(orders(20_000, 1000)), { include: ['orders'] })
    const bytesRead = async (from: number, limit: number): Promise<number> => {
      let bytes = 0
      const counting = storeWith(kept, {
        get: async (key, options) => {
          const got = await kept.get(key, options)
          if (key.startsWith('packs/')) bytes += got.length
          return got
        },
      })
      await collect((await openRepository(counting)).records('latest', NAME, { from, limit }))
      return bytes
    }
    const whole = await bytesRead(0, 20_000)
    expect(await bytesRead(19_990, 10)).toBeLessThan(whole / 3)
    expect(await bytesRead(0, 0)).toBeLessThan(whole / 3)
  })

  it('of an empty collection are none, and of an unknown one an error', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop())
    expect(await collect(repository.records(snapshot, 'public.empty'))).toEqual([])
    expect(await collect(repository.rawRecords(snapshot, 'public.empty'))).toEqual([])
    for (const name of ['orders', 'public.order']) {
      const unknown = { code: 'UNKNOWN_COLLECTION', data: { name } }
      await expect(collect(repository.records(snapshot, name))).rejects.toMatchObject(unknown)
      await expect(collect(repository.rawRecords(snapshot, name))).rejects.toMatchObject(unknown)
    }
    await expect(collect(repository.records('abc', NAME))).rejects.toMatchObject({ code: 'UNKNOWN_SNAPSHOT' })
  })

  it('stop when they are interrupted', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop(orders(1000, 1000)))
    for (const read of ['records', 'rawRecords'] as const) {
      const controller = new AbortController()
      const reading = repository[read](snapshot, NAME, { signal: controller.signal })
      expect((await reading.next()).done).toBe(false)
      controller.abort()
      await expect(collect<unknown>(reading)).rejects.toMatchObject({ code: 'INTERRUPTED' })
    }
  })
})
