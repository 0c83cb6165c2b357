import { describe, expect, it } from 'vitest'
import { parseDiffId } from '../../src/values/diff-id.ts'
import { alter, keysOf, storeWith } from '../object-layer.ts'
import { changedShop } from '../support/changed-shop.ts'
import { collect } from '../support/collect.ts'
import { contextOf, openRepository } from '../support/memory-repository.ts'

describe('a stored diff beside a prune', () => {
  it('outlives its snapshots, and its pages go with it', async () => {
    const { store, repository, first, second } = await changedShop()
    const differences = await collect(repository.diff(first, second))
    const { id } = await repository.storeDiff(first, second)
    const named = await repository.stats()
    expect(named.kinds.diffPage).toMatchObject({ objects: 1 })
    expect(named.unnamedBytes).toBe(0)
    await repository.forget({ snapshots: [first, second], allowLast: true })
    const pruned = await (await openRepository(store)).prune({ grace: 0 })
    expect(pruned.deleted.packs).toBeGreaterThan(0)
    const reader = await openRepository(store)
    expect(await collect(reader.readDiff(id))).toEqual(differences)
    expect(await reader.check({ readFraction: 1 })).toMatchObject({ sound: true, objects: 1, diffs: 1 })
    await reader.forgetDiff(id)
    await (await openRepository(store)).prune({ grace: 0 })
    expect(await keysOf(store, 'packs/')).toEqual([])
  })

  it('and a snapshot, forgotten while a prune goes on, need nothing', async () => {
    const { store, repository, first, second } = await changedShop()
    await repository.storeDiff(first, second)
    let reads = 0
    const hooked = storeWith(store, {
      get: async (key, options) => {
        // The second: the prune has listed it and looks for its pages.
        if (key.startsWith('diffs/') && ++reads === 2) await store.delete(key)
        // To list it a prune reads its beginning, then all of it.
        if (key === `snapshots/${first.id}` && options?.range === undefined) await store.delete(key)
        return store.get(key, options)
      },
    })
    await (await openRepository(hooked)).prune({ grace: 0 })
    expect(await keysOf(store, 'diffs/')).toEqual([])
    expect(await (await openRepository(store)).check({ readFraction: 1 })).toMatchObject({ sound: true, snapshots: 1 })
    expect((await (await openRepository(store)).stats()).kinds).not.toHaveProperty('diffPage')
  })

  it('whose root cannot be read ends the prune before anything is deleted', async () => {
    const { store, repository, first, second } = await changedShop()
    const { id } = await repository.storeDiff(first, second)
    await alter(store, `diffs/${id}`, (bytes) => bytes.subarray(0, -1))
    await repository.forget({ snapshots: [first] })
    const before = await keysOf(store, 'packs/')
    const reader = await openRepository(store)
    await expect(reader.prune({ grace: 0 })).rejects.toMatchObject({ code: 'DAMAGED' })
    await expect(reader.stats()).rejects.toMatchObject({ code: 'DAMAGED' })
    expect(await keysOf(store, 'packs/')).toEqual(before)
    await reader.forgetDiff(id)
    await reader.prune({ grace: 0 })
    expect(await reader.check({ readFraction: 1 })).toMatchObject({ sound: true })
  })

  it('is not published by a writer that was declared dead; its name stays closed', async () => {
    const { store, repository, first, second } = await changedShop()
    let id = ''
    const hooked = storeWith(store, {
      put: async (key, body, options) => {
        if (key.startsWith('diffs/')) {
          for (const writer of await repository.writers()) id = writer.id
          await repository.unlock({ writers: [id], force: true })
        }
        return store.put(key, body, options)
      },
    })
    const late = (await openRepository(hooked)).storeDiff(first, second)
    await expect(late).rejects.toMatchObject({ code: 'STORE_FAILED', message: expect.stringContaining('dead') })
    expect(await keysOf(store, 'diffs/')).toEqual([`diffs/${id}`])
    expect(await repository.diffs()).toEqual([])
    await expect(repository.forgetDiff(id)).rejects.toMatchObject({ code: 'UNKNOWN_DIFF' })
    const { diffs } = (await contextOf(store)).objects
    await expect(diffs.load(parseDiffId(id))).rejects.toMatchObject({ code: 'STORE_KEY_MISSING' })
    expect(await repository.check()).toMatchObject({ sound: true, diffs: 0 })
  })
})
