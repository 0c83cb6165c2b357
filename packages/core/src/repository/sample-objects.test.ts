import { describe, expect, it } from 'vitest'
import { changed, create, keysOf, reopen, rows, storeChunk, storeWith, writing } from '../../test/object-layer.ts'
import { memory } from '../stores/memory-store.ts'

describe('a sample', () => {
  it('is taken of what was stored, whoever has merged the index files meanwhile', async () => {
    const store = memory()
    await create(store)
    let rebuilt = 0
    // Another process writes the index anew between any file of ours and our look at it.
    const merging = storeWith(store, {
      put: async (key, body, options) => {
        await store.put(key, body, options)
        if (!key.startsWith('index/')) return
        rebuilt++
        await (await reopen(store)).rebuildIndex()
      },
    })
    await writing(await reopen(merging), async (writer) => {
      for (const seed of ['a', 'b', 'c']) await storeChunk(writer, rows(20, seed))
      await writer.flush()
      expect(await writer.sample(1)).toEqual({ objects: 3, ok: true, damaged: [] })
      await (await reopen(store)).rebuildIndex()
      expect(await writer.sample(1)).toEqual({ objects: 3, ok: true, damaged: [] })
    })
    expect(rebuilt).toBe(1)
  })

  it('is taken anew where an index file is merged while it is read', async () => {
    const store = memory()
    await create(store)
    await writing(await reopen(store), async (writer) => {
      // More than are read whole when the file is opened.
      for (let i = 0; i < 8500; i++) await storeChunk(writer, Buffer.from(`${i}\n`))
      await writer.flush()
      await (await reopen(store)).rebuildIndex()
      expect(await writer.sample(0.01)).toMatchObject({ ok: true, damaged: [] })
    })
  })

  it('leaves out deltas that an interrupted writer has left: their bases may be gone', async () => {
    const store = memory()
    const repository = await create(store)
    const base = rows(300, 'base')
    const baseId = await writing(repository, (writer) => storeChunk(writer, base))
    const packs = await keysOf(store, 'packs/')
    await writing(repository, async (writer) => {
      await storeChunk(writer, changed(base, 7, 'refunded'), baseId)
      await storeChunk(writer, rows(20, 'whole'))
    })
    for (const key of [...packs, ...(await keysOf(store, 'index/'))]) await store.delete(key)
    await writing(await reopen(store), async (writer) => {
      expect(await writer.sample(1)).toEqual({ objects: 1, ok: true, damaged: [] })
    })
  })
})
