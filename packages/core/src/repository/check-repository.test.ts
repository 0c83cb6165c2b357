import { describe, expect, it } from 'vitest'
import { alter, create, flipBit, keysOf, reopen, rows, storeChunk, system, writing } from '../../test/object-layer.ts'
import { smallRepository } from '../../test/small-repository.ts'
import type { PackEntry } from '../format/pack-codec.ts'
import { memory } from '../stores/memory-store.ts'
import type { ObjectId } from '../values/index.ts'
import { createObjectRepository, type RepositoryCheck } from './index.ts'
import { IndexWriter } from './index-writer.ts'
import type { OpenedObjectRepository } from './open-object-repository.ts'
import { readPackDirectory } from './pack-directory.ts'

const problems = (check: RepositoryCheck): string[] => check.damage.map(({ file, problem }) => `${file}: ${problem}`)

describe('a check', () => {
  it('of a sound repository finds nothing, and counts', async () => {
    const { store } = await smallRepository()
    const packs: [number, number][] = []
    const repository = await reopen(store)
    const check = await repository.check({ readFraction: 1, onPack: (done, total) => packs.push([done, total]) })
    expect(check).toEqual({
      packs: 2,
      indexFiles: 2,
      objects: 9,
      objectsRead: 9,
      damage: [],
      lostObjects: new Set(),
      isPresent: expect.any(Function),
      // Made with a scrypt that takes 2 ms.
      notes: [expect.objectContaining({ code: 'WEAK_KEY_SLOT' })],
    })
    expect(packs).toEqual([
      [1, 2],
      [2, 2],
    ])
    expect((await repository.check()).objectsRead).toBe(0)
    expect([4, 5]).toContain((await repository.check({ readFraction: 0.5 })).objectsRead)
  })

  it('of an unencrypted repository reports it as insecure', async () => {
    const { clock, randomness } = system('open')
    const repository = await createObjectRepository(memory(), { clock, randomness, unencrypted: true })
    expect((await repository.check()).notes).toEqual([
      { code: 'UNENCRYPTED', message: expect.stringContaining('not encrypted') },
    ])
  })

  it('stops when interrupted', async () => {
    const { store } = await smallRepository()
    const checking = (await reopen(store)).check({ signal: AbortSignal.abort() })
    await expect(checking).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })

  it('passes on that a large index file, opened, cannot be read', async () => {
    const store = memory()
    const { context } = (await create(store)) as OpenedObjectRepository
    const entries = Array.from({ length: 10_000 }, (_, i): PackEntry => {
      const id = i.toString(16).padStart(40, '0') as ObjectId
      return { id, kind: 'chunk', version: 0, offset: i, length: 16 }
    })
    const writer = new IndexWriter(context, async () => {})
    await writer.add({ id: 'cd'.repeat(16), size: 1000, entries })
    await writer.flush()
    const get = store.get.bind(store)
    store.get = (key, options) =>
      options?.range?.offset === 8 ? Promise.reject(new Error('unplugged')) : get(key, options)
    await expect((await reopen(store)).check()).rejects.toThrow('unplugged')
  })

  it('passes on what is no damage', async () => {
    const { store } = await smallRepository()
    const repository = await reopen(store)
    const get = store.get.bind(store)
    for (const failing of ['packs/', 'index/']) {
      store.get = (key, options) =>
        key.startsWith(failing) ? Promise.reject(new Error('unplugged')) : get(key, options)
      await expect(repository.check({ readFraction: 1 })).rejects.toThrow('unplugged')
    }
  })

  it('notes packs without index and a missing encryption', async () => {
    const { store } = await smallRepository()
    for (const key of await keysOf(store, 'index/')) await store.delete(key)
    await store.put('packs/00/readme.txt', [])
    await store.put('index/readme.txt', [])
    const check = await (await reopen(store)).check()
    expect([check.damage, check.notes.map(({ code }) => code)]).toEqual([[], ['PACKS_WITHOUT_INDEX', 'WEAK_KEY_SLOT']])
  })

  it('names a missing pack, and what is lost with it: the deltas on it too', async () => {
    const { store, ids, packs } = await smallRepository()
    await store.delete(packs[0] as string)
    const check = await (await reopen(store)).check({ readFraction: 1 })
    expect(problems(check).sort()).toEqual(
      [`${packs[0]}: it is missing`, `${packs[1]}: objects in it cannot be read`].sort(),
    )
    expect(check.lostObjects).toEqual(new Set(ids))
  })

  it('of a cut pack tells what can still be read', async () => {
    const { store, ids, packs } = await smallRepository()
    const size = (await store.get(packs[0] as string)).length
    await alter(store, packs[0] as string, (bytes) => bytes.subarray(0, 400))
    const check = await (await reopen(store)).check()
    expect(problems(check)).toEqual([
      `${packs[0]}: it has 400 bytes and should have ${size}`,
      `${packs[1]}: objects in it rest on what is lost`,
    ])
    expect(check.lostObjects.has(ids[0] as ObjectId)).toBe(false)
    expect(check.lostObjects.has(ids[5] as ObjectId)).toBe(true)
    const repository = await reopen(store)
    const { reader } = repository
    expect((await reader.read('chunk', ids[0] as ObjectId)).equals(rows(10, 0))).toBe(true)
    expect(await repository.has(ids[5] as ObjectId)).toBe(true)
    await expect(reader.read('chunk', ids[5] as ObjectId)).rejects.toMatchObject({ code: 'DAMAGED' })
    // Now it is known.
    expect(await repository.has(ids[5] as ObjectId)).toBe(false)
  })

  it('counts an object as lost only when its last copy is', async () => {
    const { store, ids, packs } = await smallRepository()
    await alter(store, packs[0] as string, (bytes) => bytes.subarray(0, 400))
    await writing(await reopen(store), async (writer) => {
      for (let i = 0; i < 6; i++) await storeChunk(writer, rows(10, i))
    })
    const check = await (await reopen(store)).check({ readFraction: 1 })
    expect(check.damage).toHaveLength(1)
    expect(check.lostObjects).toEqual(new Set())
    const { reader } = await reopen(store)
    for (const id of ids) await reader.read('chunk', id)
  })

  it('follows every delta to its base without being asked to read all', async () => {
    const { store, ids, packs } = await smallRepository()
    // The bases were never listed: as if a prune had taken them.
    for (const key of await keysOf(store, 'index/')) {
      const { index } = (await reopen(store)) as OpenedObjectRepository
      await index.refresh()
      const file = index.files.find(({ id }) => key.endsWith(id))
      if (file?.packs.some(({ id }) => (packs[0] as string).endsWith(id))) await store.delete(key)
    }
    await store.delete(packs[0] as string)
    const check = await (await reopen(store)).check()
    expect(problems(check)).toEqual([`${packs[1]}: objects in it cannot be read`])
    expect(check.lostObjects.size).toBe(check.objects)
    for (const id of ids) expect(check.isPresent(id)).toBe(false)
  })

  it('finds a delta that is damaged itself, and passes on what is no damage', async () => {
    const { store, packs } = await smallRepository()
    await alter(store, packs[1] as string, (bytes) => flipBit(bytes, 8 * 20))
    expect(problems(await (await reopen(store)).check())).toEqual([`${packs[1]}: objects in it cannot be read`])
    const get = store.get.bind(store)
    const repository = await reopen(store)
    store.get = (key, options) => {
      const isObject = key === packs[1] && (options?.range?.offset ?? 0) > 0
      return isObject ? Promise.reject(new Error('unplugged')) : get(key, options)
    }
    await expect(repository.check()).rejects.toThrow('unplugged')
  })

  it('notices an index that disagrees with the directory', async () => {
    const { store, packs } = await smallRepository()
    const { context } = (await reopen(store)) as OpenedObjectRepository
    const id = (packs[0] as string).slice(-32)
    const size = (await store.get(packs[0] as string)).length
    const entries = await readPackDirectory(context, id, size)
    const [first, ...rest] = entries as [PackEntry, ...PackEntry[]]
    for (const wrong of [rest, [{ ...first, kind: 'node' as const }, ...rest]]) {
      const writer = new IndexWriter(context, async () => {})
      await writer.add({ id, size, entries: wrong })
      await writer.flush()
      const check = await (await reopen(store)).check()
      expect(problems(check)).toContain(`${packs[0]}: its directory and the index disagree`)
    }
  })
})
