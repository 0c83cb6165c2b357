import { expect, it } from 'vitest'
import type { OpenedObjectRepository } from '../../src/repository/open-object-repository.ts'
import type { NeededObjects } from '../../src/repository/pruning/root-source.ts'
import { packFile } from '../../src/repository/repository-files.ts'
import { memory } from '../../src/stores/memory-store.ts'
import type { ObjectId } from '../../src/values/index.ts'
import { changed, create, keysOf, reopen, rows, storeChunk, storeWith, writing } from '../object-layer.ts'

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

it('a prune passes over what a dead writer has put, where there is another copy, and then takes it away', async () => {
  const store = memory()
  const repository = await create(store)
  const base = rows(300, 'base')
  const next = changed(base, 7, 'refunded')
  const baseId = await writing(repository, (writer) => storeChunk(writer, base))
  const id = await writing(repository, (writer) => storeChunk(writer, next, baseId))
  const packOf = async (object: ObjectId): Promise<string> => {
    const { index } = (await reopen(store)) as OpenedObjectRepository
    await index.refresh()
    return packFile((await index.find(object))[0]?.pack.id as string)
  }
  // Nobody needs the base, and somebody has deleted it.
  await store.delete(await packOf(baseId))
  const needed = { list: async () => [{ id: '5'.repeat(32), name: async (all: NeededObjects) => void all.need(id) }] }
  const late = await packOf(id)
  await expect((await reopen(store)).prune(needed, { grace: 0 })).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
  // A whole copy, and one of a higher version than the broken one.
  await writing(await reopen(store), (writer) => storeChunk(writer, next))
  expect(await keysOf(store, 'packs/')).toHaveLength(2)
  await (await reopen(store)).prune(needed, { grace: 0 })
  expect(await keysOf(store, 'packs/')).not.toContain(late)
  expect((await (await reopen(store)).reader.read('chunk', id)).equals(next)).toBe(true)
  expect((await (await reopen(store)).check({ readFraction: 1 })).damage).toEqual([])
})

it('a broken copy that is nearer to whole is passed over', async () => {
  const store = memory()
  const repository = await create(store)
  const base = rows(300, 'base')
  const other = changed(base, 1, 'v1')
  const between = changed(other, 2, 'v2')
  const next = changed(between, 7, 'refunded')
  const baseId = await writing(repository, (writer) => storeChunk(writer, base))
  const alone = memory()
  for (const key of await keysOf(store)) await alone.put(key, [await store.get(key)])
  const id = await writing(await reopen(alone), (writer) => storeChunk(writer, next, baseId))
  // In another process the same object is a delta of version 3, of a base of its own.
  await store.delete((await keysOf(store, 'packs/'))[0] as string)
  await store.delete((await keysOf(store, 'index/'))[0] as string)
  const again = await reopen(store)
  const ids: ObjectId[] = []
  for (const plain of [changed(base, 9, 'other'), other, between, next]) {
    ids.push(await writing(again, (writer) => storeChunk(writer, plain, ids.at(-1))))
  }
  for (const key of (await keysOf(alone)).filter((key) => /^(packs|index)/.test(key))) {
    const bytes = await alone.get(key)
    await store.put(key, [bytes])
  }
  const { index } = (await reopen(store)) as OpenedObjectRepository
  await index.refresh()
  expect((await index.find(id)).map(({ version }) => version)).toEqual([1, 3])
  const [lost] = await index.find(baseId)
  await store.delete(packFile(lost?.pack.id as string))
  const needed = { list: async () => [{ id: '5'.repeat(32), name: async (all: NeededObjects) => void all.need(id) }] }
  await (await reopen(store)).prune(needed, { grace: 0 })
  expect((await (await reopen(store)).reader.read('chunk', id)).equals(next)).toBe(true)
  expect((await (await reopen(store)).check({ readFraction: 1 })).damage).toEqual([])
})
