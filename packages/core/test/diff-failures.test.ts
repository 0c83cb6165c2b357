import { describe, expect, it } from 'vitest'
import type { Difference } from '../src/operations/difference.ts'
import { memory } from '../src/stores/memory-store.ts'
import { keysOf } from './object-layer.ts'
import { differences } from './support/differences.ts'
import type { MemoryDatabase } from './support/memory-database.ts'
import { createRepository, openRepository } from './support/memory-repository.ts'
import { order, orders, shop } from './support/shop.ts'

async function failing(diff: AsyncIterable<Difference>, ...databases: MemoryDatabase[]): Promise<unknown> {
  const error = await differences(diff).catch((reason: unknown) => reason)
  for (const { openReadPoints } of databases) expect(openReadPoints).toBe(0)
  return error
}

describe('a diff that fails yields no summary and leaves nothing open', () => {
  it('when a side cannot be read, at any point', async () => {
    const repository = await createRepository()
    const before = await repository.take(shop(orders(500)))
    for (const table of ['public.orders', 'public.audit']) {
      for (const failAfterBytes of [0, 40, 100_000]) {
        const database = shop(orders(400), { bufferBytes: 64 })
        database.faults.set(table, { failAfterBytes })
        const other = shop(orders(450))
        for (const diff of [repository.diff(before, database), repository.diff(database, other)]) {
          expect(await failing(diff, database, other)).toMatchObject({ code: 'SOURCE_FAILED' })
        }
      }
    }
  })

  it('when the second side cannot be opened', async () => {
    const repository = await createRepository()
    const database = shop()
    const error = await failing(repository.diff(database, 'nothing'), database)
    expect(error).toMatchObject({ code: 'UNKNOWN_SNAPSHOT' })
  })

  it('when it is interrupted: before, while a database is read, while snapshots are', async () => {
    const repository = await createRepository()
    // Of more chunks than are read ahead.
    const first = await repository.take(shop(orders(3000, 1000)))
    const second = await repository.take(shop(orders(3000).map(([id]) => order(Number(id), 1, 1000))))
    const database = shop(orders(3000, 300))
    const aborted = AbortSignal.abort()
    expect(await failing(repository.diff(database, first, { signal: aborted }), database)).toMatchObject({
      code: 'INTERRUPTED',
    })
    const reading = new AbortController()
    database.faults.set('public.orders', { beforeBuffer: (given) => (given > 0 ? reading.abort() : undefined) })
    expect(await failing(repository.diff(first, database, { signal: reading.signal }), database)).toMatchObject({
      code: 'INTERRUPTED',
    })
    const showing = new AbortController()
    const diff = repository.diff(first, second, { signal: showing.signal })
    expect((await diff.next()).done).toBe(false)
    showing.abort()
    expect(await failing(diff)).toMatchObject({ code: 'INTERRUPTED' })
  })

  it('when it is left early', async () => {
    const repository = await createRepository()
    // Of more chunks than are read ahead.
    const newer = orders(3000).map(([id]) => order(Number(id), 1, 1000))
    const [left, right] = [shop(orders(3000, 1000)), shop(newer)]
    for await (const difference of repository.diff(left, right)) {
      expect(difference.type).toBe('change')
      break
    }
    expect([left.openReadPoints, right.openReadPoints]).toEqual([0, 0])
  })

  it('when what a snapshot needs is lost', async () => {
    const store = memory()
    const repository = await createRepository(store)
    const before = await repository.take(shop())
    const database = shop(orders(30))
    await repository.take(database)
    for (const key of await keysOf(store, 'packs/')) await store.delete(key)
    const diff = (await openRepository(store)).diff(before, database)
    expect(await failing(diff, database)).toMatchObject({ code: 'DAMAGED' })
  })
})
