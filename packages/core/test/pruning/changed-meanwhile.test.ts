import { describe, expect, it } from 'vitest'
import { memory } from '../../src/stores/memory-store.ts'
import {
  alter,
  create,
  flipBit,
  keysOf,
  onlyKey,
  reopen,
  rows,
  storeChunk,
  storeWith,
  writing,
} from '../object-layer.ts'
import { pruneTo } from './prune-to.ts'

/** Two chunks in one pack, of which the first is needed; and `more` small ones that are not. */
async function halfNeeded(more = 0) {
  const store = memory()
  const repository = await create(store)
  const id = await writing(repository, async (writer) => {
    const needed = await storeChunk(writer, rows(300, 'needed'))
    await storeChunk(writer, rows(300, 'unneeded'))
    for (let i = 0; i < more; i++) await storeChunk(writer, Buffer.from(`${i}\n`))
    return needed
  })
  return { store, id }
}

describe('a prune fails, and has deleted nothing', () => {
  it('where another process writes the index anew that it is reading', async () => {
    // Too large to be read whole when it is opened.
    const { store, id } = await halfNeeded(8500)
    const packs = await keysOf(store, 'packs/')
    const racing = storeWith(store, {
      async *list(prefix, options) {
        if (prefix === 'packs/') await (await reopen(store)).rebuildIndex()
        yield* store.list(prefix, options)
      },
    })
    await expect(pruneTo(racing, [id])).rejects.toMatchObject({ code: 'STORE_FAILED', message: /another process/ })
    expect(await keysOf(store, 'packs/')).toEqual(packs)
    expect(await pruneTo(store, [id])).toMatchObject({ deleted: { packs: 1 } })
  })

  it('where a pack that it moves is deleted meanwhile', async () => {
    const { store, id } = await halfNeeded()
    const deleting = storeWith(store, {
      get: async (key, options) => {
        if (key.startsWith('packs/')) await store.delete(key)
        return store.get(key, options)
      },
    })
    await expect(pruneTo(deleting, [id])).rejects.toMatchObject({ code: 'STORE_KEY_MISSING' })
    expect(await keysOf(store, 'condemned/')).toEqual([])
  })

  it('where a purge cannot read what it must store anew', async () => {
    const { store, id } = await halfNeeded()
    await alter(store, await onlyKey(store, 'packs/'), (bytes) => flipBit(bytes, 400))
    await expect(pruneTo(store, [id], { purge: true })).rejects.toMatchObject({ code: 'DAMAGED' })
    expect(await keysOf(store, 'condemned/')).toEqual([])
  })
})
