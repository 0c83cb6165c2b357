import { describe, expect, it } from 'vitest'
import { alter, changed, create, keysOf, onlyKey, reopen, rows, storeChunk, writing } from '../../test/object-layer.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { memory } from '../stores/memory-store.ts'
import type { ObjectId } from '../values/index.ts'
import { condemnPacks } from './condemned-packs.ts'
import type { OpenedObjectRepository } from './open-object-repository.ts'

/** Copies of an object that a fresh process finds, as their versions. */
async function versionsOf(store: ObjectStore, id: ObjectId): Promise<number[]> {
  const repository = (await reopen(store)) as OpenedObjectRepository
  await repository.index.refresh()
  return (await repository.index.find(id)).map((copy) => copy.version)
}

/** Versions of one chunk, each stored by a writer of its own as a delta of the one before. */
async function history(store: ObjectStore, length: number): Promise<{ ids: ObjectId[]; plains: Buffer[] }> {
  const repository = await reopen(store)
  const plains = [rows(300, 'history')]
  for (let i = 1; i < length; i++) plains.push(changed(plains[i - 1] as Buffer, i % 300, `v${'abcdefgh'[i % 8]}x`))
  const ids: ObjectId[] = []
  for (const plain of plains) ids.push(await writing(repository, (writer) => storeChunk(writer, plain, ids.at(-1))))
  return { ids, plains }
}

describe('skip-deltas', () => {
  it('rest on version n & (n - 1), are whole again after 255, and can all be read', async () => {
    const store = memory()
    await create(store)
    const { ids, plains } = await history(store, 260)
    const repository = (await reopen(store)) as OpenedObjectRepository
    await repository.index.refresh()
    for (const [i, id] of ids.entries()) {
      const [copy] = await repository.index.find(id)
      const version = i % 256
      expect(copy?.version).toBe(version)
      const { delta } = copy === undefined ? {} : (await repository.reader.openCopy(copy)).header
      expect(delta?.base).toBe(version === 0 ? undefined : ids[i - version + (version & (version - 1))])
    }
    const fresh = await reopen(store)
    for (const [i, id] of [...ids.entries()].reverse()) {
      expect((await fresh.reader.read('chunk', id)).equals(plains[i] as Buffer)).toBe(true)
    }
  })
})

describe('what is stored whole', () => {
  const wholeAgain: Record<string, (plain: Buffer) => Buffer> = {
    'content that resembles its base too little': () => rows(300, 'quite other'),
    'no content at all': () => Buffer.alloc(0),
  }
  it.each(Object.entries(wholeAgain))('%s', async (_, next) => {
    const store = memory()
    await create(store)
    const { ids, plains } = await history(store, 1)
    const plain = next(plains[0] as Buffer)
    const id = await writing(await reopen(store), (writer) => storeChunk(writer, plain, ids[0]))
    expect(await versionsOf(store, id)).toEqual([0])
    expect((await (await reopen(store)).reader.read('chunk', id)).equals(plain)).toBe(true)
  })

  it('what has a middling delta is tried both ways, and the delta taken where it pays', async () => {
    const store = memory()
    await create(store)
    const { ids, plains } = await history(store, 1)
    let plain = plains[0] as Buffer
    for (let row = 0; row < 300; row += 6) plain = changed(plain, row, Buffer.from(`${row * 7919}`).toString('hex'))
    plain = Buffer.concat([plain, rows(30, 'more')])
    const id = await writing(await reopen(store), (writer) => storeChunk(writer, plain, ids[0]))
    expect(await versionsOf(store, id)).toEqual([1])
  })

  it.each([
    ['is not there', (_: Buffer) => 'ab'.repeat(20) as ObjectId],
    ['is itself', (_: Buffer, own: ObjectId) => own],
  ])('a base that %s', async (_, base) => {
    const store = memory()
    const plain = rows(100, 1)
    const id = await writing(await create(store), async (writer) => {
      const own = writer.identify(plain)
      await writer.store('chunk', own, plain, base(plain, own))
      return own
    })
    expect(await versionsOf(store, id)).toEqual([0])
  })

  it('a base of another kind, or one that was only just taken', async () => {
    const store = memory()
    const plain = rows(100, 1)
    const other = changed(plain, 1, 'refunded')
    const repository = await create(store)
    const id = await writing(repository, async (writer) => {
      const base = await storeChunk(writer, plain)
      return storeChunk(writer, other, base)
    })
    expect(await versionsOf(store, id)).toEqual([0])
    const node = changed(plain, 2, 'returned')
    await writing(repository, (writer) => writer.store('node', writer.identify(node), node, id))
    expect(await writing(repository, async (writer) => versionsOf(store, writer.identify(node)))).toEqual([0])
  })

  it('a base that zstd would take for a trained dictionary', async () => {
    const store = memory()
    const base = Buffer.concat([Buffer.from('37a430ec', 'hex'), rows(300, 1)])
    const plain = Buffer.concat([base, rows(1, 2)])
    const repository = await create(store)
    const baseId = await writing(repository, (writer) => storeChunk(writer, base))
    const id = await writing(repository, (writer) => storeChunk(writer, plain, baseId))
    expect(await versionsOf(store, id)).toEqual([0])
  })

  it.each([1, 2])('a base that is damaged at version %i of its chain', async (damagedVersion) => {
    const store = memory()
    await create(store)
    const packs: string[] = []
    const repository = await reopen(store)
    const plains = [rows(300, 'p')]
    for (let i = 1; i < 4; i++) plains.push(changed(plains[i - 1] as Buffer, i, 'refunded'))
    const ids: ObjectId[] = []
    for (const plain of plains) {
      ids.push(await writing(repository, (writer) => storeChunk(writer, plain, ids.at(-1))))
      packs.push(...(await keysOf(store, 'packs/')).filter((key) => !packs.includes(key)))
    }
    // Version 3 rests on 2, version 4 would rest on 0 and finds the way through 3 and 2.
    await alter(store, packs[damagedVersion] as string, (bytes) => {
      bytes[12] = (bytes[12] as number) ^ 1
      return bytes
    })
    const next = changed(plains[3] as Buffer, 9, 'returned')
    const id = await writing(await reopen(store), (writer) => storeChunk(writer, next, ids[3]))
    expect(await versionsOf(store, id)).toEqual([damagedVersion === 1 ? 4 : 0])
    expect((await (await reopen(store)).reader.read('chunk', id)).equals(next)).toBe(true)
  })

  it('a base whose store fails makes the writer fail, not store whole', async () => {
    const store = memory()
    await create(store)
    const { ids, plains } = await history(store, 1)
    const repository = await reopen(store)
    const writer = await repository.openWriter()
    const get = store.get.bind(store)
    store.get = (key, options) =>
      key.startsWith('packs/') ? Promise.reject(new Error('unplugged')) : get(key, options)
    await storeChunk(writer, changed(plains[0] as Buffer, 1, 'x'), ids[0])
    await expect(writer.flush()).rejects.toThrow('unplugged')
    await writer.close()
  })
})

describe('two writers that store the same two chunks as deltas in opposite order', () => {
  const a = rows(300, 'same')
  const b = changed(a, 7, 'refunded')

  /** A store with the files of both writers, neither of which saw the other's; and the packs in order of writing. */
  async function both(): Promise<{ store: ObjectStore; packs: string[]; ids: [ObjectId, ObjectId] }> {
    const store = memory()
    await create(store)
    const start = await Promise.all((await keysOf(store)).map(async (key) => [key, await store.get(key)] as const))
    const packs: string[] = []
    const ids: ObjectId[] = []
    for (const order of [
      [a, b],
      [b, a],
    ]) {
      const alone = memory()
      for (const [key, bytes] of start) await alone.put(key, [bytes])
      const repository = await reopen(alone)
      let previous: ObjectId | undefined
      for (const plain of order) {
        previous = await writing(repository, (writer) => storeChunk(writer, plain, previous))
        ids.push(previous)
        packs.push(...(await keysOf(alone, 'packs/')).filter((key) => !packs.includes(key)))
      }
      for (const key of await keysOf(alone)) await store.put(key, [await alone.get(key)])
    }
    return { store, packs, ids: [ids[0] as ObjectId, ids[1] as ObjectId] }
  }

  it('leaves copies from either of which both can be read', async () => {
    const { store, packs, ids } = await both()
    expect(packs).toHaveLength(4)
    expect(await Promise.all(ids.map((id) => versionsOf(store, id)))).toEqual([
      [0, 1],
      [0, 1],
    ])
    // a whole, b on a; b whole, a on b. Without any one of the four packs both can still be read.
    for (const gone of [undefined, ...packs]) {
      const damaged = memory()
      for (const key of await keysOf(store)) if (key !== gone) await damaged.put(key, [await store.get(key)])
      const { reader } = await reopen(damaged)
      expect((await reader.read('chunk', ids[0])).equals(a)).toBe(true)
      expect((await reader.read('chunk', ids[1])).equals(b)).toBe(true)
    }
  })

  it('never goes in circles: without both whole copies neither can be read, and reading says so', async () => {
    const { store, packs, ids } = await both()
    await store.delete(packs[0] as string)
    await store.delete(packs[2] as string)
    const { reader } = await reopen(store)
    for (const id of ids) await expect(reader.read('chunk', id)).rejects.toMatchObject({ code: 'DAMAGED' })
    await writing(await reopen(store), async (writer) => {
      expect(await writer.has(ids[0])).toBe(false)
      expect(await storeChunk(writer, b, ids[0])).toBe(ids[1])
    })
    expect((await (await reopen(store)).reader.read('chunk', ids[0])).equals(a)).toBe(true)
  })
})

describe('condemned packs', () => {
  it('count as absent: for what is known, as bases, and through the chain', async () => {
    const store = memory()
    await create(store)
    const { ids, plains } = await history(store, 2)
    const repository = (await reopen(store)) as OpenedObjectRepository
    await repository.index.refresh()
    const [whole] = await repository.index.find(ids[0] as ObjectId)
    const mark = await condemnPacks(repository.context, [whole?.pack.id as string])
    expect(await keysOf(store, 'condemned/')).toEqual([`condemned/${mark}`])
    const next = changed(plains[1] as Buffer, 9, 'returned')
    await writing(await reopen(store), async (writer) => {
      // The delta's own pack is not condemned, but what it rests on is.
      expect(await writer.has(ids[0] as ObjectId)).toBe(false)
      expect(await writer.has(ids[1] as ObjectId)).toBe(false)
      await storeChunk(writer, next, ids[1])
      await storeChunk(writer, plains[1] as Buffer)
      await writer.flush()
      expect(writer.counts).toMatchObject({ objects: 2, deltas: 0 })
    })
    // Reading does not mind: condemned is not deleted.
    const { reader } = await reopen(store)
    for (const [i, id] of ids.entries()) expect((await reader.read('chunk', id)).equals(plains[i] as Buffer)).toBe(true)
    // And when the pack is deleted, all that was stored since stands by itself.
    await store.delete(`packs/${whole?.pack.id.slice(0, 2)}/${whole?.pack.id}`)
    await store.delete(`condemned/${mark}`)
    const after = await reopen(store)
    expect((await after.reader.read('chunk', ids[1] as ObjectId)).equals(plains[1] as Buffer)).toBe(true)
    await writing(after, async (writer) => expect(await writer.has(ids[1] as ObjectId)).toBe(true))
  })

  it('trust a delta whose chain is whole though some other pack is gone', async () => {
    const store = memory()
    const repository = await create(store)
    const lost = await writing(repository, (writer) => storeChunk(writer, rows(50, 'lost')))
    await store.delete(await onlyKey(store, 'packs/'))
    const { ids } = await history(store, 2)
    await writing(await reopen(store), async (writer) => {
      expect(await writer.has(ids[1] as ObjectId)).toBe(true)
      expect(await writer.has(lost)).toBe(false)
    })
  })

  it('that cannot be listed whole stop a writer; a mark that vanishes does not', async () => {
    const store = memory()
    const repository = (await create(store)) as OpenedObjectRepository
    const mark = await condemnPacks(repository.context, [])
    await alter(store, `condemned/${mark}`, (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]))
    await expect(repository.openWriter()).rejects.toMatchObject({ code: 'DAMAGED' })
    expect((await repository.check()).damage).toMatchObject([
      { file: `condemned/${mark}`, problem: expect.stringContaining('no snapshot can be taken') },
    ])
    const get = store.get.bind(store)
    store.get = async (key, options) => {
      if (key.startsWith('condemned/')) await store.delete(key)
      return get(key, options)
    }
    await store.put('condemned/readme.txt', [])
    await writing(await reopen(store), async () => {})
    store.get = (key, options) =>
      key.startsWith('condemned/') ? Promise.reject(new Error('unplugged')) : get(key, options)
    await condemnPacks(repository.context, [])
    await expect(repository.openWriter()).rejects.toThrow('unplugged')
    await expect(repository.check()).rejects.toThrow('unplugged')
  })
})
