import { describe, expect, it } from 'vitest'
import { alter, flipBit, keysOf, reopen, rows, storeChunk, writing } from '../../test/object-layer.ts'
import { smallRepository } from '../../test/small-repository.ts'
import type { ObjectId } from '../values/index.ts'
import type { OpenedObjectRepository } from './open-object-repository.ts'

describe('a damaged index', () => {
  it('loses only what it alone lists, and says so', async () => {
    const { store, ids } = await smallRepository()
    const [index] = await keysOf(store, 'index/')
    for (const cut of [20, 60]) {
      await alter(store, index as string, (bytes) => bytes.subarray(0, cut))
      const { reader } = await reopen(store)
      const results = await Promise.allSettled(ids.map((id) => reader.read('chunk', id)))
      const lost = results.filter((result) => result.status === 'rejected').map((result) => result.reason)
      expect(lost.length).toBeGreaterThan(0)
      const named = lost.filter((error) => error.code === 'OBJECT_MISSING')
      expect(named[0]?.hint).toContain('rebuild the index')
    }
  })

  it('is forgotten when it is removed, and is no reason to fail when it vanishes', async () => {
    const { store, ids } = await smallRepository()
    const [first, second] = await keysOf(store, 'index/')
    await alter(store, first as string, (bytes) => bytes.subarray(0, 20))
    const repository = (await reopen(store)) as OpenedObjectRepository
    await repository.index.refresh()
    expect(repository.index.damagedFiles).toHaveLength(1)
    await store.delete(first as string)
    const get = store.get.bind(store)
    store.get = async (key, options) => {
      if (key === second) await store.delete(key)
      return get(key, options)
    }
    expect(await repository.index.refresh()).toBe(false)
    expect(repository.index.damagedFiles).toEqual([])
    const fresh = await reopen(store)
    await expect(fresh.reader.read('chunk', ids[0] as ObjectId)).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
  })

  it('that the store fails to give is no damage', async () => {
    const { store, ids } = await smallRepository()
    const { reader } = await reopen(store)
    await expect(reader.read('chunk', 'ab'.repeat(20) as ObjectId)).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
    const fresh = await reopen(store)
    store.get = () => Promise.reject(new Error('unplugged'))
    await expect(reader.read('chunk', ids[0] as ObjectId)).rejects.toThrow('unplugged')
    await expect(fresh.check()).rejects.toThrow('unplugged')
    await expect(fresh.openWriter()).rejects.toThrow('unplugged')
  })

  it('with a damaged block answers from the other files', async () => {
    const { store, ids } = await smallRepository()
    for (const key of await keysOf(store, 'index/')) {
      await alter(store, key, (bytes) => flipBit(bytes, 8 * 20))
    }
    const { reader } = await reopen(store)
    for (const id of ids) await expect(reader.read('chunk', id)).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
    const check = await (await reopen(store)).check()
    expect(check.damage).toHaveLength(4)
  })

  it('is rebuilt from the packs alone', async () => {
    const { store, ids, plains } = await smallRepository()
    for (const key of await keysOf(store, 'index/')) await store.delete(key)
    await store.put('index/readme.txt', [])
    const repository = await reopen(store)
    expect(await repository.rebuildIndex()).toEqual({ packs: 2, objects: 9, damagedPacks: [] })
    for (const fresh of [repository, await reopen(store)]) {
      for (const [i, id] of ids.entries()) {
        expect((await fresh.reader.read('chunk', id)).equals(plains[i] as Buffer)).toBe(true)
      }
      expect(await fresh.check({ readFraction: 1 })).toMatchObject({ indexFiles: 1, objectsRead: 9, damage: [] })
    }
  })

  it('keeps what it knew of packs whose directory is damaged', async () => {
    const { store, ids, packs } = await smallRepository()
    await alter(store, packs[0] as string, (bytes) => flipBit(bytes, 8 * (bytes.length - 30)))
    const stray = `packs/ff/${'f'.repeat(32)}`
    await store.put(stray, [Buffer.from('short')])
    await store.put('packs/ff/readme.txt', [])
    // Another pack, so that the index knows more than the damaged one.
    await writing(await reopen(store), (writer) => storeChunk(writer, rows(4, 'other')))
    await (await reopen(store)).rebuildIndex()
    const repository = await reopen(store)
    const rebuilt = await repository.rebuildIndex()
    expect([...rebuilt.damagedPacks].sort()).toEqual([packs[0], stray].sort())
    expect(rebuilt.objects).toBe(10)
    const { reader } = await reopen(store)
    for (const id of ids) await reader.read('chunk', id)
  })

  it('is left alone where the store fails', async () => {
    const { store } = await smallRepository()
    const repository = await reopen(store)
    const before = await keysOf(store)
    const get = store.get.bind(store)
    store.get = (key, options) =>
      key.startsWith('packs/') ? Promise.reject(new Error('unplugged')) : get(key, options)
    await expect(repository.rebuildIndex()).rejects.toThrow('unplugged')
    expect(await keysOf(store)).toEqual(before)
  })
})
