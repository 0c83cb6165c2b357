import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  alter,
  changed,
  create,
  flipBit,
  keysOf,
  manifest,
  onlyKey,
  reopen,
  rows,
  storeChunk,
  system,
  writing,
} from '../../test/object-layer.ts'
import type { PackEntry } from '../format/pack-codec.ts'
import type { ByteRange, ObjectStore } from '../ports/object-store.ts'
import { memory } from '../stores/memory-store.ts'
import type { ObjectId, SnapshotId } from '../values/index.ts'
import { createObjectRepository, openObjectRepository, type RepositoryCheck } from './index.ts'
import { IndexWriter } from './index-writer.ts'
import type { OpenedObjectRepository } from './open-object-repository.ts'
import { readPackDirectory } from './pack-directory.ts'

const SNAPSHOT = 'a'.repeat(32) as SnapshotId

/** A small repository with two packs (one of deltas), two index files and a snapshot. */
async function sample(): Promise<{ store: ObjectStore; ids: ObjectId[]; plains: Buffer[]; packs: string[] }> {
  const store = memory()
  const repository = await create(store)
  const plains = Array.from({ length: 6 }, (_, i) => rows(10, i))
  const ids: ObjectId[] = []
  await writing(repository, async (writer) => {
    for (const plain of plains) ids.push(await storeChunk(writer, plain))
  })
  const packs = await keysOf(store, 'packs/')
  await writing(repository, async (writer) => {
    for (const [i, plain] of plains.slice(0, 3).entries()) {
      plains.push(changed(plain, 3, 'refunded'))
      ids.push(await storeChunk(writer, plains.at(-1) as Buffer, ids[i]))
    }
  })
  packs.push(...(await keysOf(store, 'packs/')).filter((key) => !packs.includes(key)))
  await repository.snapshots.put(manifest(SNAPSHOT, '2026-01-01T00:00:00.000Z'))
  return { store, ids, plains, packs }
}

const problems = (check: RepositoryCheck): string[] => check.damage.map(({ file, problem }) => `${file}: ${problem}`)

describe('every bit that is turned over', () => {
  let files: (readonly [string, Buffer])[]
  beforeAll(async () => {
    const { store } = await sample()
    files = await Promise.all((await keysOf(store)).map(async (key) => [key, await store.get(key)] as const))
  })

  /** The repository with one bit turned over in the file that `prefix` and `n` choose. */
  async function damagedStore(prefix: string, n: number, bit: number): Promise<{ store: ObjectStore; file: string }> {
    const store = memory()
    for (const [key, bytes] of files) await store.put(key, [bytes])
    const chosen = files.filter(([key]) => key.startsWith(prefix))
    const [file, bytes] = chosen[n % chosen.length] as readonly [string, Buffer]
    await store.put(file, [flipBit(bytes, bit % (bytes.length * 8))])
    return { store, file }
  }

  it.each(['packs/', 'index/'])('in %s is found by a check that reads all', async (prefix) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (n, bit) => {
        const { store, file } = await damagedStore(prefix, n, bit)
        const check = await (await reopen(store))
          .check({ readFraction: 1 })
          // A turned bit in the version byte may make the file look newer: a refusal, not a silence.
          .catch((error: { code: string; message: string }) => error)
        if ('damage' in check) expect(check.damage.map((one) => one.file)).toContain(file)
        else expect([check.code, check.message]).toEqual(['NEWER_FORMAT', expect.stringContaining(file)])
      }),
      { numRuns: 150 },
    )
  })

  it('in snapshots/ is found by listing or loading', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (bit) => {
        const { store } = await damagedStore('snapshots/', 0, bit)
        const loading = (await reopen(store)).snapshots.load(SNAPSHOT)
        await expect(loading).rejects.toMatchObject({ code: expect.stringMatching(/^(DAMAGED|NEWER_FORMAT)$/) })
      }),
      { numRuns: 150 },
    )
  })

  it('in config or keys/ stops the opening', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('config', 'keys/'), fc.nat(), async (prefix, bit) => {
        const { store, file } = await damagedStore(prefix, 0, bit)
        // Base64 has bits that mean nothing, in its last letter: the key is then simply right.
        const opening = reopen(store).then(
          () => 'opened',
          (error: { code: string }) => error.code,
        )
        const code = await opening
        if (file === 'config') expect(code).toMatch(/^(DAMAGED|NEWER_FORMAT|NOT_A_REPOSITORY|WRONG_PASSPHRASE|USAGE)$/)
        else expect(code).toMatch(/^(WRONG_PASSPHRASE|opened)$/)
      }),
      { numRuns: 100 },
    )
  })

  it('in packs/ never yields wrong content, only right content or an error', async () => {
    const { ids, plains } = await sample()
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (n, bit) => {
        const { store } = await damagedStore('packs/', n, bit)
        const { reader } = await reopen(store)
        for (const [i, id] of ids.entries()) {
          const result = await reader.read('chunk', id).catch((error: { code: string }) => error.code)
          if (typeof result === 'string') expect(result).toBe('DAMAGED')
          else expect(result.equals(plains[i] as Buffer)).toBe(true)
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('a check', () => {
  it('of a sound repository finds nothing, and counts', async () => {
    const { store } = await sample()
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
      notes: [],
    })
    expect(packs).toEqual([
      [1, 2],
      [2, 2],
    ])
    expect((await repository.check()).objectsRead).toBe(0)
    expect((await repository.check({ readFraction: 0.5 })).objectsRead).toBe(4)
  })

  it('of an unencrypted repository reports it as insecure', async () => {
    const { clock, randomness } = system('open')
    const repository = await createObjectRepository(memory(), { clock, randomness, unencrypted: true })
    expect((await repository.check()).notes).toEqual([
      { code: 'UNENCRYPTED', message: expect.stringContaining('not encrypted') },
    ])
  })

  it('stops when interrupted', async () => {
    const { store } = await sample()
    const checking = (await reopen(store)).check({ signal: AbortSignal.abort() })
    await expect(checking).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })

  it('passes on what is no damage', async () => {
    const { store } = await sample()
    const repository = await reopen(store)
    const get = store.get.bind(store)
    const isBlock = (options: { range?: ByteRange } | undefined): boolean => options?.range?.offset === 8
    for (const failing of [
      (key: string) => key.startsWith('packs/'),
      (key: string, options?: { range?: ByteRange }) => key.startsWith('index/') && isBlock(options),
    ]) {
      store.get = (key, options) => (failing(key, options) ? Promise.reject(new Error('unplugged')) : get(key, options))
      await expect(repository.check({ readFraction: 1 })).rejects.toThrow('unplugged')
    }
  })

  it('notes packs without index and a missing encryption', async () => {
    const { store } = await sample()
    for (const key of await keysOf(store, 'index/')) await store.delete(key)
    await store.put('packs/00/readme.txt', [])
    await store.put('index/readme.txt', [])
    const check = await (await reopen(store)).check()
    expect([check.damage, check.notes.map(({ code }) => code)]).toEqual([[], ['PACKS_WITHOUT_INDEX']])
  })

  it('names a missing pack, and what is lost with it: the deltas on it too', async () => {
    const { store, ids, packs } = await sample()
    await store.delete(packs[0] as string)
    const check = await (await reopen(store)).check({ readFraction: 1 })
    expect(problems(check).sort()).toEqual(
      [`${packs[0]}: it is missing`, `${packs[1]}: objects in it cannot be read`].sort(),
    )
    expect(check.lostObjects).toEqual(new Set(ids))
  })

  it('of a cut pack tells what can still be read', async () => {
    const { store, ids, packs } = await sample()
    const size = (await store.get(packs[0] as string)).length
    await alter(store, packs[0] as string, (bytes) => bytes.subarray(0, 400))
    const check = await (await reopen(store)).check()
    expect(problems(check)).toEqual([`${packs[0]}: it has 400 bytes and should have ${size}`])
    expect(check.lostObjects.has(ids[0] as ObjectId)).toBe(false)
    expect(check.lostObjects.has(ids[5] as ObjectId)).toBe(true)
    const { reader } = await reopen(store)
    expect((await reader.read('chunk', ids[0] as ObjectId)).equals(rows(10, 0))).toBe(true)
    await expect(reader.read('chunk', ids[5] as ObjectId)).rejects.toMatchObject({ code: 'DAMAGED' })
  })

  it('counts an object as lost only when its last copy is', async () => {
    const { store, ids, packs } = await sample()
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

  it('notices an index that disagrees with the directory', async () => {
    const { store, packs } = await sample()
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

describe('a damaged index', () => {
  it('loses only what it alone lists, and says so', async () => {
    const { store, ids } = await sample()
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
    const { store, ids } = await sample()
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
    const { store, ids } = await sample()
    const { reader } = await reopen(store)
    await expect(reader.read('chunk', 'ab'.repeat(20) as ObjectId)).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
    const fresh = await reopen(store)
    store.get = () => Promise.reject(new Error('unplugged'))
    await expect(reader.read('chunk', ids[0] as ObjectId)).rejects.toThrow('unplugged')
    await expect(fresh.check()).rejects.toThrow('unplugged')
    await expect(fresh.openWriter()).rejects.toThrow('unplugged')
  })

  it('with a damaged block answers from the other files', async () => {
    const { store, ids } = await sample()
    for (const key of await keysOf(store, 'index/')) {
      await alter(store, key, (bytes) => flipBit(bytes, 8 * 20))
    }
    const { reader } = await reopen(store)
    for (const id of ids) await expect(reader.read('chunk', id)).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
    const check = await (await reopen(store)).check()
    expect(check.damage).toHaveLength(4)
  })

  it('is rebuilt from the packs alone', async () => {
    const { store, ids, plains } = await sample()
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
    const { store, ids, packs } = await sample()
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
    const { store } = await sample()
    const repository = await reopen(store)
    const before = await keysOf(store)
    const get = store.get.bind(store)
    store.get = (key, options) =>
      key.startsWith('packs/') ? Promise.reject(new Error('unplugged')) : get(key, options)
    await expect(repository.rebuildIndex()).rejects.toThrow('unplugged')
    expect(await keysOf(store)).toEqual(before)
  })
})

describe('reading', () => {
  it('looks for new index files no more often than every two seconds', async () => {
    const { store } = await sample()
    let listings = 0
    const list = store.list.bind(store)
    store.list = (prefix, options) => {
      if (prefix === 'index/') listings++
      return list(prefix, options)
    }
    let now = 0
    const options = system('paused')
    const clock = { ...options.clock, monotonic: () => now }
    const { reader } = await openObjectRepository(store, { ...options, clock })
    const miss = (): Promise<void> =>
      expect(reader.read('chunk', 'ab'.repeat(20) as ObjectId)).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
    for (let i = 0; i < 3; i++) await miss()
    expect(listings).toBe(2)
    now = 2000
    await miss()
    expect(listings).toBe(3)
  })

  it('tells a missing object from a damaged one and from a store that fails', async () => {
    const { store, ids, packs } = await sample()
    const { reader } = await reopen(store)
    const nobody = 'ab'.repeat(20) as ObjectId
    await expect(reader.read('chunk', nobody)).rejects.toMatchObject({
      code: 'OBJECT_MISSING',
      data: { kind: 'chunk', id: nobody },
    })
    const get = store.get.bind(store)
    store.get = () => Promise.reject(new Error('unplugged'))
    await expect(reader.read('chunk', ids[0] as ObjectId)).rejects.toThrow('unplugged')
    store.get = get
    await store.delete(packs[0] as string)
    await expect(reader.read('chunk', ids[0] as ObjectId)).rejects.toMatchObject({
      code: 'DAMAGED',
      message: expect.stringContaining(packs[0] as string),
    })
  })

  it('notices index files that another process replaced', async () => {
    const { store, ids } = await sample()
    const { reader } = await reopen(store)
    await reader.read('chunk', ids[0] as ObjectId)
    await (await reopen(store)).rebuildIndex()
    for (const id of ids) await reader.read('chunk', id)
    expect(await keysOf(store, 'index/')).toEqual([await onlyKey(store, 'index/')])
  })
})
