import { describe, expect, it } from 'vitest'
import type { ObjectStore } from '../src/ports/object-store.ts'
import { memory } from '../src/stores/memory-store.ts'
import { keysOf, storeWith } from './object-layer.ts'
import { collect } from './support/collect.ts'
import { differences } from './support/differences.ts'
import { createRepository, openRepository } from './support/memory-repository.ts'
import { order, orders, shop } from './support/shop.ts'

/** A store that counts the bytes read of packs and the bytes put. */
function counting(store: ObjectStore) {
  const counts = { packReads: 0, put: 0 }
  const counted = storeWith(store, {
    get: (key, options) => {
      if (key.startsWith('packs/')) counts.packReads++
      return store.get(key, options)
    },
    put: (key, body, options) => {
      counts.put += body.reduce((sum, part) => sum + part.length, 0)
      return store.put(key, body, options)
    },
  })
  return { store: counted, counts }
}

/** A repository of two snapshots, of which the second has one order changed. */
async function two() {
  const store = memory()
  const repository = await createRepository(store)
  const database = shop(orders(3000, 300))
  const first = await repository.take(database, { tags: { release: '1' } })
  database.update('public.orders', order(1500, 1, 300))
  const second = await repository.take(database, { tags: { release: '2' } })
  return { store, repository, database, first, second }
}

describe('a copy', () => {
  it('holds the same, under keys and ids of its own', async () => {
    const { repository, first, second } = await two()
    const other = await createRepository()
    const copied = await repository.copyTo(other)
    expect(copied.map(({ from, existed }) => [from, existed])).toEqual([
      [first.id, false],
      [second.id, false],
    ])
    const copies = await Promise.all(copied.map(({ id }) => other.get({ id })))
    for (const [i, original] of [first, second].entries()) {
      const copy = copies[i]
      if (copy === undefined) throw new Error('no copy')
      const kept = ['time', 'tags', 'source', 'records', 'bytes', 'seconds', 'warnings'] as const
      for (const name of kept) expect(copy[name]).toEqual(original[name])
      expect(copy.copiedFrom).toEqual({ repository: expect.stringMatching(/^[0-9a-f]{32}$/), snapshot: original.id })
      expect(copy.verification).toMatchObject({ ok: true })
      expect(copy.verification.objects).toBeGreaterThan(0)
      for (const [j, collection] of copy.collections.entries()) {
        const twin = original.collections[j]
        expect({ ...collection, root: null }).toEqual({ ...twin, root: null })
        if (twin?.root !== null) expect(collection.root?.id).not.toBe(twin?.root.id)
        const read = async (from: typeof repository, id: string): Promise<Buffer> =>
          Buffer.concat(await collect(from.rawRecords(id, collection.layout.name)))
        expect(await read(other, copy.id)).toEqual(await read(repository, original.id))
      }
      expect(await other.schema({ id: copy.id })).toEqual(await repository.schema({ id: original.id }))
    }
    expect(copies[1]?.parent).toBe(copies[0]?.id)
    const originals = await differences(repository.diff(first, second))
    expect(originals.changes).toHaveLength(1)
    expect(await differences(other.diff('latest~1', 'latest'))).toEqual(originals)
    expect(await other.check({ readFraction: 1 })).toMatchObject({ sound: true, snapshots: 2 })
  })

  it('is incremental: a second one reads and stores nothing, a third what changed', async () => {
    const { store, repository, database } = await two()
    const otherStore = memory()
    await repository.copyTo(await createRepository(otherStore))
    const whole = (await collect(otherStore.list(''))).reduce((sum, { size }) => sum + size, 0)
    const again = async () => {
      const source = counting(store)
      const target = counting(otherStore)
      const copied = await (await openRepository(source.store)).copyTo(await openRepository(target.store))
      return { copied, reads: source.counts.packReads, put: target.counts.put }
    }
    expect(await again()).toMatchObject({ copied: [{ existed: true }, { existed: true }], reads: 0, put: 0 })
    database.update('public.orders', order(7, 1, 300))
    await repository.take(database)
    const third = await again()
    // The orders; the audit and the empty table are as they were.
    expect(third.copied).toMatchObject([{ existed: true }, { existed: true }, { existed: false, collectionsRead: 1 }])
    expect(third.put).toBeLessThan(whole / 50)
    expect(third.copied[2]?.storedBytes).toBeLessThan(third.put)
  })

  it('of some snapshots can be completed: each copy is like a copy of its own', async () => {
    const { repository, first, second } = await two()
    const other = await createRepository(undefined, 'a place')
    expect((await repository.copyTo(other, { snapshots: ['latest'] })).map(({ from }) => from)).toEqual([second.id])
    expect((await repository.copyTo(other, { snapshots: [first] })).map(({ from }) => from)).toEqual([first.id])
    const inOrder = await createRepository(undefined, 'a place')
    await repository.copyTo(inOrder)
    const roots = async (from: typeof other) =>
      (await from.list()).map(async ({ id }) => (await from.get({ id })).collections.map(({ root }) => root))
    expect(await Promise.all(await roots(other))).toEqual(await Promise.all(await roots(inOrder)))
    expect((await other.check({ readFraction: 1 })).sound).toBe(true)
  })

  it('goes on where one was cut off', async () => {
    const { repository } = await two()
    const full = counting(memory())
    await repository.copyTo(await createRepository(full.store))
    const otherStore = memory()
    await createRepository(otherStore)
    const failing = storeWith(otherStore, {
      put: (key, body, options) =>
        key.startsWith('snapshots/') ? Promise.reject(new Error('unplugged')) : otherStore.put(key, body, options),
    })
    await expect(repository.copyTo(await openRepository(failing))).rejects.toThrow('unplugged')
    const rest = counting(otherStore)
    const other = await openRepository(rest.store)
    await repository.copyTo(other)
    expect(rest.counts.put).toBeLessThan(full.counts.put / 10)
    expect((await other.check({ readFraction: 1 })).sound).toBe(true)
    expect(await keysOf(otherStore, 'writers/')).toEqual([])
  })

  it('stores again what the other repository has lost', async () => {
    const { repository, first, second } = await two()
    const otherStore = memory()
    await repository.copyTo(await createRepository(otherStore), { snapshots: [first] })
    for (const key of await keysOf(otherStore, 'packs/')) await otherStore.delete(key)
    const other = await openRepository(otherStore)
    const [copy] = await repository.copyTo(other, { snapshots: [second] })
    expect(copy).toMatchObject({ collectionsRead: 3 })
    expect(Buffer.concat(await collect(other.rawRecords('latest', 'public.audit'))).length).toBeGreaterThan(0)
  })

  it('needs neither an original that is gone nor a copy that is damaged', async () => {
    const { store, repository, first, second } = await two()
    const otherStore = memory()
    const [copy] = await repository.copyTo(await createRepository(otherStore), { snapshots: [first] })
    const copyFile = `snapshots/${copy?.id}`
    const bytes = await otherStore.get(copyFile)
    // The rest, not the summary.
    const damaged = Buffer.from(bytes)
    damaged[damaged.length - 1] = (damaged.at(-1) as number) ^ 1
    await otherStore.put(copyFile, [damaged])
    const ended = await (await openRepository(store)).copyTo(await openRepository(otherStore), { snapshots: [second] })
    expect(ended).toMatchObject([{ collectionsRead: 3 }])
    await otherStore.put(copyFile, [bytes])
    await otherStore.delete(`snapshots/${ended[0]?.id}`)
    const failing = storeWith(store, {
      get: (key, options) =>
        key === `snapshots/${first.id}` && options?.range === undefined
          ? Promise.reject(new Error('unplugged'))
          : store.get(key, options),
    })
    const unplugged = (await openRepository(failing)).copyTo(await openRepository(otherStore), { snapshots: [second] })
    await expect(unplugged).rejects.toThrow('unplugged')
    await store.delete(`snapshots/${first.id}`)
    const gone = (await openRepository(store)).copyTo(await openRepository(otherStore), { snapshots: [second] })
    expect(await gone).toMatchObject([{ collectionsRead: 3 }])
  })

  it('of nothing stored compresses to what it is, stops when told to, and not into itself', async () => {
    const { store, repository, first } = await two()
    await expect(repository.copyTo(await openRepository(store))).rejects.toMatchObject({ code: 'USAGE' })
    const other = await createRepository()
    const signal = AbortSignal.abort()
    await expect(repository.copyTo(other, { signal })).rejects.toMatchObject({ code: 'INTERRUPTED' })
    const interrupt = new AbortController()
    const phases = new Set<string>()
    const copying = repository.copyTo(other, {
      signal: interrupt.signal,
      onProgress: ({ operation, phase, records, totalRecords }) => {
        phases.add(`${operation} ${phase}`)
        expect(totalRecords).toBe(6008)
        if (records > 0) interrupt.abort()
      },
    })
    await expect(copying).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(phases).toEqual(new Set(['copy reading']))
    await repository.copyTo(other, { snapshots: [first] })
    // The same database again: all of it is there.
    const same = await createRepository()
    await same.take(shop(orders(3000, 300)))
    const [copy] = await same.copyTo(other)
    expect((await other.get({ id: copy?.id as never })).compression.ratio).toBe(1)
  })
})
