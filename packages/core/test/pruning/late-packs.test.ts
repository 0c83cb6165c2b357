import { expect, it } from 'vitest'
import { memory } from '../../src/stores/memory-store.ts'
import { changed, create, reopen, rows, storeChunk, storeWith, writing } from '../object-layer.ts'

it('what a writer puts after it was declared dead is used only where its bases are there', async () => {
  const store = memory()
  const base = rows(300, 'base')
  const baseId = await writing(await create(store), (writer) => storeChunk(writer, base))
  const next = changed(base, 7, 'refunded')
  let isSuspended = true
  // It sleeps while its pack is on its way; somebody else deletes the base, which nothing needs.
  const sleeping = storeWith(store, {
    put: async (key, body, options) => {
      if (key.startsWith('packs/') && isSuspended) {
        isSuspended = false
        const other = await reopen(store)
        for (const { id } of await other.writers()) await other.declareDead(id)
        expect(await other.prune({ list: async () => [] }, { grace: 0 })).toMatchObject({ deleted: { packs: 1 } })
      }
      await store.put(key, body, options)
    },
  })
  const late = writing(await reopen(sleeping), (writer) => storeChunk(writer, next, baseId))
  await expect(late).rejects.toMatchObject({ code: 'STORE_FAILED' })

  const repository = await reopen(store)
  const counts = await writing(repository, async (writer) => {
    await storeChunk(writer, next)
    await writer.settled()
    return writer.counts
  })
  expect(counts).toMatchObject({ objects: 1, deltas: 0, known: 0 })
  expect((await repository.reader.read('chunk', repository.identify(next))).equals(next)).toBe(true)
})
