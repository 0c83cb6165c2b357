import { describe, expect, it } from 'vitest'
import { StoreDeniedError } from '../src/errors/store-denied-error.ts'
import type { ObjectStore } from '../src/ports/object-store.ts'
import { memory } from '../src/stores/memory-store.ts'
import { alter, keysOf, storeWith } from './object-layer.ts'
import { collect } from './support/collect.ts'
import { createRepository, openRepository } from './support/memory-repository.ts'
import { orders, shop } from './support/shop.ts'

/** A repository of one snapshot, whose pack has changed bytes and its old size. */
async function damaged() {
  const store = memory()
  const database = shop(orders(3000, 300))
  const { id } = await (await createRepository(store)).take(database)
  const [pack] = (await keysOf(store, 'packs/')) as [string]
  const whole = await store.get(pack)
  await alter(store, pack, (bytes) => {
    for (let at = 1000; at < 200_000; at += 1000) bytes[at] = (bytes[at] as number) ^ 1
    return bytes
  })
  return { store, database, id, pack, whole }
}

const readable = async (store: ObjectStore, id: string): Promise<boolean> =>
  collect((await openRepository(store)).rawRecords(id, 'public.orders')).then(
    () => true,
    () => false,
  )

/** Repositories of tests are made with a scrypt that takes 2 ms. */
const WEAK = { code: 'WEAK_KEY_SLOT' }

describe('damage that a check has found', () => {
  it('is mended by the next take of another process', async () => {
    const { store, database, id } = await damaged()
    await (await openRepository(store)).take(database)
    // Nobody knew.
    expect(await readable(store, id)).toBe(false)
    const report = await (await openRepository(store)).check({ readFraction: 1, remember: true })
    expect(report).toMatchObject({ sound: false, notes: [WEAK] })
    expect(await keysOf(store, 'damaged/')).toHaveLength(1)
    const taken = await (await openRepository(store)).take(database)
    expect(taken.storedBytes).toBeGreaterThan(100_000)
    for (const each of [taken.id, id]) expect(await readable(store, each)).toBe(true)
    const mended = await (await openRepository(store)).check({ readFraction: 1 })
    expect(mended).toMatchObject({ brokenSnapshots: [], damage: [{ problem: expect.any(String) }] })
  })

  it('is told once, and taken back when it is no longer true', async () => {
    const { store, pack, whole } = await damaged()
    const marks = () => keysOf(store, 'damaged/')
    const check = async (readFraction: number) => (await openRepository(store)).check({ readFraction, remember: true })
    await check(1)
    const first = await marks()
    expect(first).toHaveLength(1)
    for (const readFraction of [1, 0, 0.5]) {
      await check(readFraction)
      expect(await marks()).toEqual(first)
    }
    // A mark that is damaged itself, and something that is none.
    await alter(store, first[0] as string, (bytes) => bytes.subarray(0, 20))
    await store.put('damaged/readme.txt', [])
    await check(1)
    const second = (await marks()).filter((key) => !key.endsWith('.txt'))
    expect(second).toHaveLength(1)
    expect(second).not.toEqual(first)
    await store.put(pack, [whole])
    await check(0.9)
    expect(await marks()).toHaveLength(2)
    expect(await check(1)).toMatchObject({ sound: true })
    expect(await marks()).toEqual(['damaged/readme.txt'])
  })

  it('is not told of packs that are gone or cut: their size tells', async () => {
    const { store, pack } = await damaged()
    await alter(store, pack, (bytes) => bytes.subarray(0, 1000))
    await (await openRepository(store)).check({ readFraction: 1, remember: true })
    expect(await keysOf(store, 'damaged/')).toEqual([])
  })

  it('is reported where the store takes no mark, and other failures are passed on', async () => {
    const { store } = await damaged()
    const refusing = (error: Error) => storeWith(store, { put: () => Promise.reject(error) })
    const denied = await openRepository(refusing(new StoreDeniedError('read only', { hint: 'none' })))
    const { notes } = await denied.check({ readFraction: 1, remember: true })
    expect(notes).toMatchObject([{ code: 'DAMAGE_NOT_REMEMBERED' }, WEAK])
    const unplugged = await openRepository(refusing(new Error('unplugged')))
    await expect(unplugged.check({ readFraction: 1, remember: true })).rejects.toThrow('unplugged')
    await (await openRepository(store)).check({ readFraction: 1, remember: true })
    const get = store.get.bind(store)
    const unread = storeWith(store, {
      get: (key, options) => (key.startsWith('damaged/') ? Promise.reject(new Error('unplugged')) : get(key, options)),
    })
    await expect((await openRepository(unread)).take(shop())).rejects.toThrow('unplugged')
  })
})

it('a take whose sample fails tells the next one', async () => {
  const store = memory()
  const database = shop(orders(3000, 300))
  await createRepository(store)
  const changing = storeWith(store, {
    put: (key, body, options) => {
      const bytes = Buffer.concat(body)
      if (key.startsWith('packs/'))
        for (let at = 10; at < bytes.length - 4000; at += 100) bytes[at] = (bytes[at] as number) ^ 1
      return store.put(key, [bytes], options)
    },
  })
  await expect((await openRepository(changing)).take(database)).rejects.toMatchObject({ code: 'DAMAGED' })
  expect(await keysOf(store, 'damaged/')).toHaveLength(1)
  expect(await keysOf(store, 'snapshots/')).toEqual([])
})
