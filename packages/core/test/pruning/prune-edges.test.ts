import { describe, expect, it } from 'vitest'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { putMark } from '../../src/repository/condemned-packs.ts'
import type { OpenedObjectRepository } from '../../src/repository/open-object-repository.ts'
import { packFile } from '../../src/repository/repository-files.ts'
import { memory } from '../../src/stores/memory-store.ts'
import type { ObjectId } from '../../src/values/index.ts'
import {
  alter,
  changed,
  create,
  flipBit,
  keysOf,
  reopen,
  rows,
  storeChunk,
  storeWith,
  writing,
} from '../object-layer.ts'
import { collect } from '../support/collect.ts'
import { openRepository } from '../support/memory-repository.ts'
import { forget, openBy, prunable } from './prunable.ts'
import { pruneTo } from './prune-to.ts'

async function copiesOf(store: ObjectStore, id: ObjectId) {
  const { index } = (await reopen(store)) as OpenedObjectRepository
  await index.refresh()
  return index.find(id)
}

async function packOf(store: ObjectStore, id: ObjectId): Promise<string> {
  return (await copiesOf(store, id))[0]?.pack.id as string
}

/** A chunk whole, another resting on it, and the first once more as a delta of a third, each in a pack of its own. */
async function twoWays() {
  const store = memory()
  const repository = (await create(store)) as OpenedObjectRepository
  const base = rows(300, 'base')
  const store1 = (plain: Buffer, on?: ObjectId) => writing(repository, (writer) => storeChunk(writer, plain, on))
  const baseId = await store1(base)
  const nextId = await store1(changed(base, 7, 'refunded'), baseId)
  const whole = await packOf(store, baseId)
  const waitedFor = await repository.openWriter()
  const mark = '7'.repeat(32)
  await putMark(repository.context, mark, { packs: [whole], before: [waitedFor.id], waiting: [waitedFor.id] })
  const other = await reopen(store)
  await writing(other, async (writer) => {
    const third = await storeChunk(writer, changed(base, 9, 'returned'))
    await writer.flush()
    await storeChunk(writer, base, third)
  })
  expect((await copiesOf(store, baseId)).map(({ version }) => version).sort()).toEqual([0, 1])
  return { store, base, baseId, nextId, whole, waitedFor }
}

describe('a delta whose base has another copy', () => {
  it('keeps the one that is nearer to whole, though it is condemned', async () => {
    const { store, nextId, whole, waitedFor } = await twoWays()
    await pruneTo(store, [nextId])
    expect(await keysOf(store, 'packs/')).toContain(packFile(whole))
    await waitedFor.close()
    await pruneTo(store, [nextId])
    await pruneTo(store, [nextId])
    expect(await keysOf(store, 'packs/')).not.toContain(packFile(whole))
    expect((await (await reopen(store)).reader.read('chunk', nextId)).length).toBeGreaterThan(0)
    expect((await (await reopen(store)).check({ readFraction: 1 })).damage).toEqual([])
  })

  it('ends the prune where only a higher version is left', async () => {
    const { store, nextId, whole, waitedFor } = await twoWays()
    await store.delete(packFile(whole))
    await expect(pruneTo(store, [nextId])).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
    await waitedFor.close()
  })
})

it('a chain stays whole, in whatever order its packs are met', async () => {
  const store = memory()
  const repository = await create(store)
  const ids: ObjectId[] = []
  let plain = rows(300, 'chain')
  for (let i = 1; i <= 12; i++) {
    const next = plain
    ids.push(await writing(repository, (writer) => storeChunk(writer, next, ids.at(-1))))
    plain = changed(plain, i, 'refunded')
  }
  const newestFirst = storeWith(store, {
    async *list(prefix) {
      yield* (await collect(store.list(prefix))).reverse()
    },
  })
  for (const listed of [store, newestFirst]) {
    expect(await pruneTo(listed, ids)).toMatchObject({ moved: { packs: 0 }, deleted: { packs: 0 } })
  }
  expect((await (await reopen(store)).check({ readFraction: 1 })).damage).toEqual([])
})

it.each([0, 1])('of two copies the one stays that is not known to be damaged (%i)', async (damaged) => {
  const store = memory()
  await create(store)
  const alone = memory()
  for (const key of await keysOf(store)) await alone.put(key, [await store.get(key)])
  const id = await writing(await reopen(store), (writer) => storeChunk(writer, rows(300, 'twice')))
  await writing(await reopen(alone), (writer) => storeChunk(writer, rows(300, 'twice')))
  for (const key of await keysOf(alone)) await store.put(key, [await alone.get(key)])
  const pack = (await keysOf(store, 'packs/'))[damaged] as string
  await alter(store, pack, (bytes) => flipBit(bytes, 8 * 100))
  await (await reopen(store)).check({ readFraction: 1, remember: true })
  await pruneTo(store, [id])
  expect(await keysOf(store, 'packs/')).not.toContain(pack)
  expect((await (await reopen(store)).check({ readFraction: 1 })).damage).toEqual([])
})

describe('what a prune cannot read', () => {
  /** A large chunk that is needed, and beside it in one pack a small delta that is not. */
  async function besideDelta() {
    const store = memory()
    const repository = await create(store)
    const base = rows(300, 'base')
    const baseId = await writing(repository, (writer) => storeChunk(writer, base))
    const [needed, delta] = await writing(repository, async (writer) => {
      const large = await storeChunk(writer, rows(3000, 'large'))
      return [large, await storeChunk(writer, changed(base, 7, 'refunded'), baseId)] as const
    })
    const [copy] = await copiesOf(store, delta)
    return { store, baseId, needed, delta, pack: packFile(copy?.pack.id as string), at: copy?.offset as number }
  }

  it('and nothing needs, is left behind', async () => {
    const { store, baseId, needed, delta, pack, at } = await besideDelta()
    await alter(store, pack, (bytes) => flipBit(bytes, 8 * (at + 3)))
    expect(await pruneTo(store, [needed, baseId])).toMatchObject({ moved: { packs: 1, objects: 1 } })
    expect(await copiesOf(store, delta)).toEqual([])
  })

  it('because the store fails, ends it', async () => {
    const { store, baseId, needed, at } = await besideDelta()
    let reads = 0
    const failing = (which: number) =>
      storeWith(store, {
        get: (key, options) => {
          const isDelta = key.startsWith('packs/') && (options?.range?.offset ?? 0) <= at && reads++ === which
          return isDelta ? Promise.reject(new Error('unplugged')) : store.get(key, options)
        },
      })
    await expect(pruneTo(failing(0), [needed, baseId])).rejects.toThrow('unplugged')
  })

  it('stays marked, where it was', async () => {
    const { store, needed, pack } = await besideDelta()
    const repository = (await reopen(store)) as OpenedObjectRepository
    const packs = [pack.slice(-32)]
    await putMark(repository.context, '7'.repeat(32), { packs, before: [], waiting: [] })
    await alter(store, pack, (bytes) => flipBit(bytes, 8 * 200))
    expect(await pruneTo(store, [needed])).toMatchObject({ spared: { packs: 1 } })
    expect(await keysOf(store, 'condemned/')).toContain(`condemned/${'7'.repeat(32)}`)
    expect(await keysOf(store, 'packs/')).toContain(pack)
  })

  it('of what it has moved itself, ends it', async () => {
    const { store, needed, pack } = await besideDelta()
    const failing = storeWith(store, {
      put: (key, body, options) =>
        store.put(key, key.startsWith('packs/') ? [flipBit(Buffer.concat(body), 8 * 200)] : body, options),
    })
    await expect(pruneTo(failing, [needed])).rejects.toMatchObject({ code: 'DAMAGED', message: /read back/ })
    expect(await keysOf(store, 'packs/')).toContain(pack)
  })
})

it('what was noted down of damage goes with its pack', async () => {
  const { store, snapshots, clock } = await prunable()
  const [pack] = await keysOf(store, 'packs/')
  await alter(store, pack as string, (bytes) => flipBit(bytes, 8 * 300))
  await (await openRepository(store)).check({ readFraction: 1, remember: true })
  expect(await keysOf(store, 'damaged/')).toHaveLength(1)
  await forget(store, ...snapshots)
  await (await openBy(store, clock)).prune({ grace: 0 })
  expect(await keysOf(store, 'damaged/')).toEqual([])
})

it('a mark that somebody takes away as it is put is as old as the prune', async () => {
  const { store, snapshots, clock } = await prunable()
  await forget(store, ...snapshots)
  const hooked = storeWith(store, {
    stat: async (key) => (key.startsWith('condemned/') ? undefined : store.stat(key)),
  })
  expect(await (await openBy(hooked, clock)).prune({ grace: 0 })).toMatchObject({ deleted: { packs: 3 } })
})

it('a writer fails, and does not store anew, where the store fails as it looks at a delta', async () => {
  const store = memory()
  const repository = await create(store)
  const base = rows(300, 'base')
  const next = changed(base, 7, 'refunded')
  const baseId = await writing(repository, (writer) => storeChunk(writer, base))
  await writing(repository, (writer) => storeChunk(writer, next, baseId))
  const failing = storeWith(store, {
    get: (key, options) =>
      key.startsWith('packs/') ? Promise.reject(new Error('unplugged')) : store.get(key, options),
  })
  await expect(writing(await reopen(failing), (writer) => storeChunk(writer, next))).rejects.toThrow('unplugged')
})
