import { describe, expect, it } from 'vitest'
import { memory } from '../src/stores/memory-store.ts'
import { alter, keysOf } from './object-layer.ts'
import { collect } from './support/collect.ts'
import { createRepository, openRepository } from './support/memory-repository.ts'
import { order, orders, shop } from './support/shop.ts'

describe('the statistics', () => {
  it('of an empty repository are zeros and ones', async () => {
    const stats = await (await createRepository()).stats()
    expect(stats).toMatchObject({ packs: { files: 0, bytes: 0 }, kinds: {}, snapshots: [], sources: [] })
    expect(stats).toMatchObject({ deduplication: 1, compression: 1, unnamedBytes: 0 })
    expect(stats.totalBytes).toBeGreaterThan(0)
  })

  it('of more snapshots than have room in a byte are as exact', async () => {
    const repository = await createRepository()
    for (let i = 0; i < 130; i++) await repository.take(shop(orders(1, 10 + (i % 129))))
    const { snapshots, kinds, unnamedBytes } = await repository.stats()
    expect(unnamedBytes).toBe(0)
    const sealed = Object.values(kinds).reduce((sum, { bytes }) => sum + bytes, 0)
    expect(snapshots.reduce((sum, { newBytes }) => sum + newBytes, 0)).toBe(sealed)
    const shared = [snapshots[0], snapshots.at(-1)]
    expect(shared.map((snapshot) => snapshot?.uniqueBytes)).toEqual([0, 0])
    for (const { newBytes, uniqueBytes } of snapshots.slice(1, -1)) {
      expect(newBytes).toBeGreaterThan(0)
      expect(uniqueBytes).toBe(newBytes)
    }
  })

  it('say what each snapshot added, and what it alone holds', async () => {
    const store = memory()
    const repository = await createRepository(store)
    const database = shop(orders(3000, 300))
    await repository.take(database)
    database.update('public.orders', order(1500, 1, 300))
    await repository.take(database)
    const again = await repository.take(database)
    await repository.take(shop(orders(2, 1_500_000)), { label: 'another' })
    await repository.take(shop(orders(2, 1_500_000)), { label: 'another' })
    const stats = await repository.stats()
    const files = await collect(store.list(''))
    expect(stats.totalBytes).toBe(files.reduce((sum, { size }) => sum + size, 0))
    expect(stats.packs.files).toBe((await keysOf(store, 'packs/')).length)
    expect(stats.manifests.files).toBe(5)
    const [other2, other1, third, second, first] = stats.snapshots
    if (!first || !second || !third || !other1 || !other2) throw new Error('too few')
    // All but the one chunk, and the nodes above it, is shared with the second.
    expect(first.newBytes).toBeGreaterThan(500_000)
    expect(first.uniqueBytes).toBeGreaterThan(50_000)
    expect(first.uniqueBytes).toBeLessThan(first.newBytes / 2)
    expect(second.newBytes).toBeGreaterThan(0)
    expect(second.newBytes).toBeLessThan(5000)
    // The third is equal to the second.
    expect(second.uniqueBytes).toBe(0)
    expect(third).toEqual({
      id: again.id,
      source: 'memory/memory',
      plainBytes: again.bytes,
      newBytes: 0,
      uniqueBytes: 0,
    })
    expect(other1.newBytes).toBeGreaterThan(1_500_000)
    expect(other2).toMatchObject({ newBytes: 0, uniqueBytes: 0 })
    expect(stats.sources.map(({ source, snapshots }) => [source, snapshots])).toEqual([
      ['another', 2],
      ['memory/memory', 3],
    ])
    expect(stats.sources[1]?.newBytes).toBe(first.newBytes + second.newBytes)
    expect(stats.deduplication).toBeGreaterThan(2)
    expect(stats.deduplication).toBeLessThan(3)
    expect(stats.compression).toBeGreaterThan(1)
    expect(stats.kinds).toMatchObject({ segments: { objects: 2, deltas: 0 } })
    const sealed = Object.values(stats.kinds).reduce((sum, { bytes }) => sum + bytes, 0)
    expect(stats.snapshots.reduce((sum, { newBytes }) => sum + newBytes, 0)).toBe(sealed)
    expect(stats.unnamedBytes).toBe(0)
    expect(stats.packs.bytes).toBeGreaterThan(sealed)
  })

  it('tell what no snapshot names, and count an object that has two copies once', async () => {
    const store = memory()
    const repository = await createRepository(store)
    const database = shop(orders(3000, 300))
    const first = await repository.take(database)
    const packs = await keysOf(store, 'packs/')
    await repository.take(shop(orders(10, 300)))
    await store.delete(`snapshots/${first.id}`)
    const { unnamedBytes, snapshots } = await (await openRepository(store)).stats()
    expect(snapshots).toHaveLength(1)
    expect(unnamedBytes).toBeGreaterThan(500_000)
    const index = await keysOf(store, 'index/')
    await store.put(`index/${'a'.repeat(32)}`, [Buffer.from('short')])
    await expect((await openRepository(store)).stats()).rejects.toMatchObject({ code: 'DAMAGED' })
    await store.delete(`index/${'a'.repeat(32)}`)
    await (await openRepository(store)).check({ repairIndex: true })
    expect((await keysOf(store, 'index/')).some((key) => index.includes(key))).toBe(false)
    await store.delete(packs[0] as string)
    // What was lost is stored again: listed twice.
    await (await openRepository(store)).take(database)
    expect((await (await openRepository(store)).stats()).unnamedBytes).toBeGreaterThan(unnamedBytes)
  })

  it('fail where a manifest or a chunk is not there, and when interrupted', async () => {
    const store = memory()
    const repository = await createRepository(store)
    const { id } = await repository.take(shop())
    await expect(repository.stats({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'INTERRUPTED' })
    for (const key of await keysOf(store, 'index/')) await store.delete(key)
    await expect((await openRepository(store)).stats()).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
    await alter(store, `snapshots/${id}`, (bytes) => bytes.subarray(0, 30))
    await expect((await openRepository(store)).stats()).rejects.toMatchObject({ code: 'DAMAGED' })
  })
})
