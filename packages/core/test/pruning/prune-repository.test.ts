import { describe, expect, it } from 'vitest'
import type { Repository } from '../../src/repository.ts'
import { memory } from '../../src/stores/memory-store.ts'
import { keysOf } from '../object-layer.ts'
import { collect } from '../support/collect.ts'
import { createRepository, openRepository } from '../support/memory-repository.ts'
import { order, orders, shop } from '../support/shop.ts'
import { forget, prunable } from './prunable.ts'

const ORDERS = 'public.orders'

async function readsAs(repository: Repository, id: string, expected: Buffer): Promise<void> {
  expect(Buffer.concat(await collect(repository.rawRecords(id, ORDERS))).equals(expected)).toBe(true)
}

const rowsOf = async (repository: Repository, id: string): Promise<Buffer> =>
  Buffer.concat(await collect(repository.rawRecords(id, ORDERS)))

describe('a prune', () => {
  it('deletes what no snapshot needs, and nothing else', async () => {
    const { store, repository, snapshots } = await prunable()
    const kept = await rowsOf(repository, snapshots[2].id)
    const packsBefore = await keysOf(store, 'packs/')
    await forget(store, snapshots[0].id, snapshots[1].id)
    const report = await (await openRepository(store)).prune({ grace: 0 })
    expect(report.deleted.packs).toBeGreaterThan(0)
    expect(report.pending).toEqual([])
    expect((await keysOf(store, 'packs/')).length).toBeLessThan(packsBefore.length + 1)
    const after = await openRepository(store)
    expect(await after.check({ readFraction: 1 })).toMatchObject({ sound: true, notes: [{ code: 'WEAK_KEY_SLOT' }] })
    await readsAs(after, snapshots[2].id, kept)
    expect(await keysOf(store, 'condemned/')).toEqual([])
    expect(await keysOf(store, 'writers/')).toEqual([])
    console.log(report)
  })

  it('has nothing to do in an empty repository, nor the second time', async () => {
    const store = memory()
    const repository = await createRepository(store)
    expect(await repository.prune({ grace: 0 })).toMatchObject({ deleted: { packs: 0 }, before: { packs: 0 } })
    await repository.take(shop(orders(20)))
    const keys = await keysOf(store)
    expect(await repository.prune({ grace: 0 })).toMatchObject({ deleted: { packs: 0 }, moved: { packs: 0 } })
    expect(await keysOf(store)).toEqual(keys)
    void order
  })
})
