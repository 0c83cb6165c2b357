import { describe, expect, it } from 'vitest'
import type { OpenedObjectRepository } from '../src/repository/open-object-repository.ts'
import { readPackDirectory } from '../src/repository/pack-directory.ts'
import { memory } from '../src/stores/memory-store.ts'
import { alter, flipBit, keysOf, storeWith } from './object-layer.ts'
import { collect } from './support/collect.ts'
import { contextOf, createRepository, openRepository } from './support/memory-repository.ts'
import { order, orders, shop } from './support/shop.ts'

/** Three snapshots: orders twice, with a change between, in packs of their own; and the audit. */
async function three() {
  const store = memory()
  const repository = await createRepository(store)
  const database = shop(orders(3000, 300))
  const packs: string[][] = []
  const ids: string[] = []
  for (const include of [['orders'], ['orders'], ['audit']]) {
    const before = await keysOf(store, 'packs/')
    ids.push((await repository.take(database, { include })).id)
    packs.push((await keysOf(store, 'packs/')).filter((key) => !before.includes(key)))
    database.update('public.orders', order(1500, ids.length, 300))
  }
  return { store, ids, packs }
}

/** Repositories of tests are made with a scrypt that takes 2 ms. */
const WEAK = { code: 'WEAK_KEY_SLOT' }

describe('a check', () => {
  it('walks every snapshot, and of sound ones says so', async () => {
    const { store } = await three()
    const report = await (await openRepository(store)).check()
    expect(report).toMatchObject({ snapshots: 3, brokenSnapshots: [], damage: [], sound: true, objectsRead: 0 })
    for (const name of ['lostObjects', 'isPresent', 'repaired']) expect(report).not.toHaveProperty(name)
    const full = await (await openRepository(store)).check({ readFraction: 1 })
    expect(full.objectsRead).toBe(full.objects)
  })

  it('names the snapshots that a lost pack breaks, and no others', async () => {
    for (const [lost, broken] of [
      [0, [0, 1]],
      [1, [1]],
      [2, [2]],
    ] as const) {
      const { store, ids, packs } = await three()
      for (const key of packs[lost] as string[]) await store.delete(key)
      const report = await (await openRepository(store)).check()
      expect(report.sound).toBe(false)
      expect(report.brokenSnapshots.map(({ id }) => id).sort()).toEqual(broken.map((i) => ids[i]).sort())
      const [collection, records] = lost === 2 ? ['public.audit', 4] : ['public.orders', 3000]
      for (const broken of report.brokenSnapshots) {
        expect(broken).toMatchObject({ problem: expect.stringMatching(/./), lost: [{ collection, records }] })
        expect(broken.lost[0]?.lostRecords).toBeGreaterThan(0)
      }
    }
  })

  it('names every snapshot that shares lost records', async () => {
    const store = memory()
    const repository = await createRepository(store)
    // Of more than one pack, 16 MiB: the nodes lie in the last one.
    const database = shop(orders(30, 1_200_000))
    const ids = [(await repository.take(database, { include: ['orders'] })).id]
    ids.push((await repository.take(database, { include: ['orders'] })).id)
    const packs = (await collect(store.list('packs/'))).sort((a, b) => b.size - a.size)
    expect(packs.length).toBeGreaterThan(1)
    await store.delete(packs[0]?.key as string)
    const { brokenSnapshots } = await (await openRepository(store)).check()
    expect(brokenSnapshots.map(({ id }) => id).sort()).toEqual(ids.sort())
    // Of 30 records, each in segments of its own, those in the lost pack; of both snapshots the same.
    const [one, other] = brokenSnapshots.map(({ lost }) => lost)
    expect(one).toEqual(other)
    const lost = one?.[0]
    if (lost === undefined) throw new Error('nothing is lost')
    expect(lost).toMatchObject({ collection: 'public.orders', records: 30 })
    expect(lost.lostRecords).toBeGreaterThan(5)
    expect(lost.lostRecords).toBeLessThan(30)
  })

  it('says how many records rest on a damaged base, and the rest can be read', async () => {
    const store = memory()
    const repository = await createRepository(store)
    const database = shop(orders(20_000, 300))
    const options = { include: ['orders'], chunkBytes: 16_384 }
    const first = await repository.take(database, options)
    const packs = (await collect(store.list('packs/'))).map(({ key }) => key)
    database.update('public.orders', order(500, 1, 300), order(19_000, 1, 300))
    const second = await repository.take(database, options)
    // Some chunks of the first snapshot's, at the beginning of its pack.
    const key = packs[0] as string
    const bytes = await store.get(key)
    for (let at = 1000; at < 400_000; at += 1000) bytes[at] = (bytes[at] as number) ^ 1
    await store.put(key, [bytes])
    const report = await (await openRepository(store)).check({ readFraction: 1 })
    expect(report.brokenSnapshots.map(({ id }) => id)).toEqual([second.id, first.id])
    const [two, one] = report.brokenSnapshots.map(({ lost }) => lost[0]?.lostRecords ?? 0) as [number, number]
    expect(one).toBeGreaterThan(1000)
    expect(one).toBeLessThan(10_000)
    // The changed chunk of the second is a delta on a lost one.
    expect(two).toBe(one)
    const reader = await openRepository(store)
    const whole = await collect(reader.records(second, 'public.orders', { from: 19_000 }))
    expect(whole.map(({ id }) => id)).toEqual(Array.from({ length: 1000 }, (_, i) => 19_001 + i))
  })

  it('counts a record whose list of segments is damaged', async () => {
    const store = memory()
    await (await createRepository(store)).take(shop(orders(3, 1_500_000)), { include: ['orders'] })
    const { context } = (await contextOf(store)).objects as OpenedObjectRepository
    for await (const { key, size } of store.list('packs/')) {
      const entries = await readPackDirectory(context, key.slice(-32), size)
      const list = entries.find(({ kind }) => kind === 'segments')
      await alter(store, key, (bytes) => flipBit(bytes, 8 * (list?.offset ?? 0)))
    }
    const report = await (await openRepository(store)).check()
    expect(report.brokenSnapshots).toMatchObject([{ lost: [{ records: 3, lostRecords: 1 }] }])
  })

  it('names a damaged schema, and counts that contradict each other', async () => {
    const store = memory()
    const repository = await createRepository(store)
    const { id } = await repository.take(shop(), { include: ['empty'] })
    for (const key of await keysOf(store, 'packs/')) await store.delete(key)
    const report = await (await openRepository(store)).check()
    expect(report.brokenSnapshots).toMatchObject([{ id, lost: [] }])
    const { objects } = await contextOf(store)
    const manifest = await objects.snapshots.load(id)
    await objects.snapshots.put({ ...manifest, id: '5'.repeat(32) as typeof id, schema: [], records: 7 })
    const again = await (await openRepository(store)).check()
    expect(again.brokenSnapshots).toHaveLength(2)
  })

  it('writes the index anew when asked to, and then finds all', async () => {
    const { store } = await three()
    for (const key of await keysOf(store, 'index/')) await store.delete(key)
    const before = await (await openRepository(store)).check()
    expect(before).toMatchObject({ sound: false, notes: [{ code: 'PACKS_WITHOUT_INDEX' }, WEAK] })
    const repaired = await (await openRepository(store)).check({ repairIndex: true, readFraction: 1 })
    expect(repaired).toMatchObject({ sound: true, notes: [WEAK], repaired: { packs: 3, damagedPacks: [] } })
    expect(repaired.repaired?.objects).toBe(repaired.objectsRead)
    expect(await keysOf(store, 'writers/')).toEqual([])
  })

  it('names a damaged manifest, whether its summary or the rest is', async () => {
    for (const place of ['summary', 'rest'] as const) {
      const { store, ids } = await three()
      const file = `snapshots/${ids[1]}`
      const bytes = await store.get(file)
      const at = place === 'summary' ? 40 : bytes.length - 1
      bytes[at] = (bytes[at] as number) ^ 1
      await store.put(file, [bytes])
      const repository = await openRepository(store)
      const report = await repository.check()
      expect(report.sound).toBe(false)
      const named = [
        ...report.damage.map((one) => one.file),
        ...report.brokenSnapshots.map(({ id }) => `snapshots/${id}`),
      ]
      expect(named).toEqual([file])
      expect(report.snapshots).toBe(place === 'summary' ? 2 : 3)
      if (place === 'summary') await expect(repository.list()).rejects.toMatchObject({ code: 'DAMAGED' })
      else await expect(repository.get({ id: ids[1] as never })).rejects.toMatchObject({ code: 'DAMAGED' })
    }
  })

  it('stops when it is interrupted, and passes on what is no damage', async () => {
    const { store } = await three()
    const signal = AbortSignal.abort()
    await expect((await openRepository(store)).check({ signal })).rejects.toMatchObject({ code: 'INTERRUPTED' })
    const walking = new AbortController()
    const failing = storeWith(store, {
      get: (key, options) => {
        if (key.startsWith('snapshots/') && options?.range === undefined) walking.abort()
        return store.get(key, options)
      },
    })
    const walk = (await openRepository(failing)).check({ signal: walking.signal })
    await expect(walk).rejects.toMatchObject({ code: 'INTERRUPTED' })
    const unplugged = storeWith(store, {
      get: (key, options) =>
        key.startsWith('snapshots/') && options?.range === undefined
          ? Promise.reject(new Error('unplugged'))
          : store.get(key, options),
    })
    await expect((await openRepository(unplugged)).check()).rejects.toThrow('unplugged')
  })
})
