import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { OpenedObjectRepository } from '../../src/repository/open-object-repository.ts'
import { memory } from '../../src/stores/memory-store.ts'
import type { ObjectId } from '../../src/values/index.ts'
import { alter, changed, create, flipBit, keysOf, reopen, rows, storeChunk, writing } from '../object-layer.ts'
import { openRepository } from '../support/memory-repository.ts'
import { changeSome, forget, openBy, ordersOf, prunable } from './prunable.ts'
import { pruneTo } from './prune-to.ts'

/** Copies that the index lists, as a fresh process sees them. */
async function copiesOf(store: ReturnType<typeof memory>, id: ObjectId) {
  const repository = (await reopen(store)) as OpenedObjectRepository
  await repository.index.refresh()
  return repository.index.find(id)
}

async function expectWhole(store: ReturnType<typeof memory>): Promise<void> {
  const { damage, notes } = await (await reopen(store)).check({ readFraction: 1 })
  expect(damage).toEqual([])
  expect(notes.map(({ code }) => code)).toEqual(['WEAK_KEY_SLOT'])
}

/** Chunks stored by a writer each, so that each lies in a pack of its own: `plains[i]` rests on the one before. */
async function chain(length: number) {
  const store = memory()
  const repository = await create(store)
  const plains = [rows(300, 'chain')]
  for (let i = 1; i < length; i++) plains.push(changed(plains[i - 1] as Buffer, i, `v${'abcdefgh'[i % 8]}`))
  const ids: ObjectId[] = []
  for (const plain of plains) ids.push(await writing(repository, (writer) => storeChunk(writer, plain, ids.at(-1))))
  return { store, repository, plains, ids }
}

describe('what is moved', () => {
  it('is encoded as it was, and read back', async () => {
    const store = memory()
    const repository = await create(store)
    const plains = [rows(300, 'a'), rows(300, 'b'), Buffer.from('short'), Buffer.alloc(0)]
    const ids = await writing(repository, async (writer) => {
      const ids: ObjectId[] = []
      for (const plain of plains) ids.push(await storeChunk(writer, plain))
      return ids
    })
    const delta = changed(plains[1] as Buffer, 7, 'refunded')
    plains.push(delta)
    ids.push(await writing(repository, (writer) => storeChunk(writer, delta, ids[1])))
    const lengths = async () => Promise.all(ids.slice(1).map(async (id) => (await copiesOf(store, id))[0]?.length))
    const before = await lengths()
    const report = await pruneTo(store, ids.slice(1))
    expect(report.moved).toMatchObject({ packs: 1, objects: 3 })
    expect(await lengths()).toEqual(before)
    const { reader } = await reopen(store)
    for (const [i, id] of ids.entries()) {
      if (i > 0) expect((await reader.read('chunk', id)).equals(plains[i] as Buffer)).toBe(true)
    }
    expect(await copiesOf(store, ids[0] as ObjectId)).toEqual([])
    await expectWhole(store)
  })

  it('leaves no delta behind on which somebody could rest, though its base is gone', async () => {
    const { store, repository, plains, ids } = await chain(3)
    // A pack with one large object that is needed and one small delta that is not.
    const large = rows(3000, 'large')
    const [largeId, deltaId] = await writing(repository, async (writer) => {
      const next = changed(plains[2] as Buffer, 200, 'returned')
      return [await storeChunk(writer, large), await storeChunk(writer, next, ids[2])] as const
    })
    expect((await copiesOf(store, deltaId))[0]?.version).toBe(3)
    const report = await pruneTo(store, [largeId])
    expect(report.moved).toMatchObject({ packs: 1, objects: 1 })
    expect(await copiesOf(store, deltaId)).toEqual([])
    expect(await keysOf(store, 'packs/')).toHaveLength(1)
    await expectWhole(store)
  })

  it('stays where its pack is needed for the most part, with deltas whose bases stay', async () => {
    const { store, repository, plains, ids } = await chain(2)
    const large = rows(3000, 'large')
    const [largeId, deltaId] = await writing(repository, async (writer) => {
      const next = changed(plains[1] as Buffer, 200, 'returned')
      return [await storeChunk(writer, large), await storeChunk(writer, next, ids[1])] as const
    })
    const keys = await keysOf(store)
    expect(await pruneTo(store, [largeId, ...ids])).toMatchObject({ moved: { packs: 0 }, deleted: { packs: 0 } })
    expect(await keysOf(store)).toEqual(keys)
    expect(await copiesOf(store, deltaId)).toHaveLength(1)
    // Unless less is allowed.
    expect(await pruneTo(store, [largeId, ...ids], { maxUnused: 0 })).toMatchObject({ moved: { packs: 1, objects: 1 } })
    expect(await copiesOf(store, deltaId)).toEqual([])
    await expectWhole(store)
  })

  it('is what is needed of several copies: the one nearest to whole', async () => {
    const { store, ids, plains } = await chain(2)
    const alone = memory()
    for (const key of await keysOf(store)) if (!/^(packs|index)/.test(key)) await alone.put(key, [await store.get(key)])
    await writing(await reopen(alone), (writer) => storeChunk(writer, plains[1] as Buffer))
    for (const key of await keysOf(alone)) await store.put(key, [await alone.get(key)])
    expect(await copiesOf(store, ids[1] as ObjectId)).toHaveLength(2)
    await pruneTo(store, [ids[1] as ObjectId])
    expect(await copiesOf(store, ids[1] as ObjectId)).toMatchObject([{ version: 0 }])
    expect(await keysOf(store, 'packs/')).toHaveLength(1)
    await expectWhole(store)
  })

  it('is left where it cannot be read', async () => {
    const store = memory()
    const repository = await create(store)
    const [needed] = await writing(repository, async (writer) => [
      await storeChunk(writer, rows(300, 'needed')),
      await storeChunk(writer, rows(900, 'not')),
    ])
    const [pack] = await keysOf(store, 'packs/')
    await alter(store, pack as string, (bytes) => flipBit(bytes, 8 * 100))
    const report = await pruneTo(store, [needed as ObjectId])
    expect(report).toMatchObject({ moved: { packs: 0 }, deleted: { packs: 0 } })
    expect(await keysOf(store, 'packs/')).toEqual([pack])
  })
})

describe('a prune that purges', () => {
  it('leaves nothing of what was forgotten, and stores whole what rested on it', async () => {
    const { store, ids, plains } = await chain(4)
    const needed = [ids[1], ids[3]] as ObjectId[]
    const report = await pruneTo(store, needed, { purge: true })
    expect(report.moved.objects).toBe(2)
    expect(await copiesOf(store, ids[0] as ObjectId)).toEqual([])
    expect(await copiesOf(store, ids[2] as ObjectId)).toEqual([])
    expect(await copiesOf(store, ids[1] as ObjectId)).toMatchObject([{ version: 0 }])
    const { reader } = await reopen(store)
    for (const i of [1, 3])
      expect((await reader.read('chunk', ids[i] as ObjectId)).equals(plains[i] as Buffer)).toBe(true)
    await expectWhole(store)
  })

  it('stores whole what does not compress', async () => {
    const store = memory()
    const repository = await create(store)
    const noise = Array.from({ length: 100 }, (_, i) => createHash('sha512').update(`${i}`).digest())
    const base = Buffer.concat(noise)
    const next = Buffer.concat([...noise, Buffer.from('more')])
    const baseId = await writing(repository, (writer) => storeChunk(writer, base))
    const id = await writing(repository, (writer) => storeChunk(writer, next, baseId))
    expect(await copiesOf(store, id)).toMatchObject([{ version: 1 }])
    await pruneTo(store, [id], { purge: true })
    expect(await copiesOf(store, id)).toMatchObject([{ version: 0 }])
    expect((await (await reopen(store)).reader.read('chunk', id)).equals(next)).toBe(true)
  })

  it('keeps snapshots as they were', async () => {
    const { store, database, snapshots, repository, clock } = await prunable()
    changeSome(database, 5)
    const last = await repository.take(database)
    const kept = [snapshots[1], last]
    const before = await Promise.all(kept.map((snapshot) => ordersOf(store, snapshot)))
    await forget(store, snapshots[0], snapshots[2])
    await (await openBy(store, clock)).prune({ grace: 0, purge: true })
    expect(await Promise.all(kept.map((snapshot) => ordersOf(store, snapshot)))).toEqual(before)
    expect(await (await openRepository(store)).check({ readFraction: 1 })).toMatchObject({ sound: true })
    const again = await (await openBy(store, clock)).prune({ grace: 0, purge: true })
    expect(again).toMatchObject({ moved: { packs: 0 }, deleted: { packs: 0 } })
  })
})
