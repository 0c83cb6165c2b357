import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { deriveFileKey } from '../src/encryption/repository-keys.ts'
import { encodeSealedDocument } from '../src/format/sealed-document-codec.ts'
import type { DiffOptions } from '../src/operations/diff-operands.ts'
import type { OpenedObjectRepository } from '../src/repository/open-object-repository.ts'
import { memory } from '../src/stores/memory-store.ts'
import { alter, flipBit, keysOf, onlyKey, reopen, storeWith } from './object-layer.ts'
import { collect } from './support/collect.ts'
import { MemoryDatabase } from './support/memory-database.ts'
import { contextOf, createRepository, openRepository } from './support/memory-repository.ts'
import { index, order, orders, shop } from './support/shop.ts'

/** A repository of two snapshots of a shop, between which `changed` orders and the schema changed. */
async function two(changed = 50) {
  const store = memory()
  const repository = await createRepository(store)
  const database = shop(orders(300))
  const first = await repository.take(database)
  for (let id = 1; id <= changed; id++) database.update('public.orders', order(id, 1, 60))
  database.insert('public.orders', order(9001))
  database.insert('public.audit', ['login', 1])
  database.define(index('orders_paid', 'paid'))
  const second = await repository.take(database)
  return { store, repository, database, first, second }
}

describe('a stored diff', () => {
  it('is what the diff was, to the last field, in another process too', async () => {
    const { store, repository, first, second } = await two()
    const stored = await repository.storeDiff(first, second)
    const differences = await collect(repository.diff(first, second))
    const reader = await openRepository(store)
    expect(isDeepStrictEqual(await collect(reader.readDiff(stored.id)), differences)).toBe(true)
    expect(stored).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      format: 1,
      time: expect.any(String),
      left: { snapshot: first.id, time: first.time, source: first.source },
      right: { snapshot: second.id, time: second.time, source: second.source },
      choice: {},
      counts: { added: 2, removed: 0, changed: 50, schema: 1 },
      differences: differences.length,
    })
    expect(await reader.diffs()).toEqual([stored])
    expect(await reader.getDiff(stored.id.slice(0, 8))).toEqual(stored)
    expect(await onlyKey(store, 'diffs/')).toBe(`diffs/${stored.id}`)
    expect(await keysOf(store, 'writers/')).toEqual([])
  })

  it.each<[string, DiffOptions, object]>([
    ['everything', { limit: Number.POSITIVE_INFINITY }, {}],
    ['some collections', { include: ['orders'], exclude: ['audit'] }, { include: ['orders'], exclude: ['audit'] }],
    ['some kinds', { kinds: ['added'] }, { kinds: ['added'] }],
    ['a few', { limit: 3 }, { limit: 3 }],
    ['counts only', { limit: 0, fieldOrder: false, jsonPatch: true }, { limit: 0, fieldOrder: false, jsonPatch: true }],
  ])('of %s holds that, and says so', async (_, options, choice) => {
    const { repository } = await two()
    const watched = { ...options, onProgress: () => {}, signal: new AbortController().signal }
    const stored = await repository.storeDiff('latest~1', 'latest', watched)
    expect(stored.choice).toEqual(choice)
    expect(await repository.diffs()).toEqual([stored])
    expect(await collect(repository.readDiff(stored.id))).toEqual(
      await collect(repository.diff('latest~1', 'latest', options)),
    )
  })

  it('of nothing holds the summary', async () => {
    const { repository } = await two()
    const stored = await repository.storeDiff('latest', 'latest')
    expect(stored).toMatchObject({ differences: 1, counts: { added: 0, removed: 0, changed: 0, schema: 0 } })
    expect(await collect(repository.readDiff(stored.id))).toMatchObject([{ type: 'summary' }])
  })

  it('of a live database needs neither it nor the snapshot to be read', async () => {
    const { store, repository, database, first, second } = await two()
    const differences = await collect(repository.diff(database, first))
    const { id, left, right } = await repository.storeDiff(database, first)
    expect(left).toEqual({ time: expect.any(String), source: { ...second.source, readPoint: expect.any(String) } })
    expect(right).toMatchObject({ snapshot: first.id })
    await repository.forget({ snapshots: [first, second], allowLast: true })
    const reader = await openRepository(store)
    expect(await collect(reader.readDiff(id))).toEqual(differences)
    expect(await reader.check({ readFraction: 1 })).toMatchObject({ sound: true, snapshots: 0, diffs: 1 })
  })

  it('goes over many pages, and over lines longer than one', async () => {
    const store = memory()
    const repository = await createRepository(store)
    const database = new MemoryDatabase()
    database.createTable('public.texts', { columns: { id: 'integer', text: 'text' }, key: ['id'] })
    const text = (id: number): string => `${id} ü\n`.repeat(id % 97 === 0 ? 100_000 : 100)
    for (let id = 1; id <= 1000; id++) database.insert('public.texts', [id, text(id)])
    await repository.take(database)
    const empty = new MemoryDatabase()
    const { id } = await repository.storeDiff('latest', empty)
    const { pages } = await (await contextOf(store)).objects.diffs.load(id)
    expect(pages.length).toBeGreaterThan(30)
    expect(new Set(pages).size).toBe(pages.length)
    const read = await collect((await openRepository(store)).readDiff(id))
    expect(isDeepStrictEqual(read, await collect(repository.diff('latest', empty)))).toBe(true)
  })

  it('is encrypted', async () => {
    const { store, repository, database } = await two()
    database.update('public.orders', [7, true, 'canary'])
    await repository.storeDiff('latest', database)
    for (const key of await keysOf(store)) expect((await store.get(key)).includes('canary')).toBe(false)
  })

  it('and a table whose record is its line do not get into each other’s way', async () => {
    const { store, repository } = await two(3)
    const summary = async () => (await collect(repository.diff('latest', 'latest'))).map((line) => JSON.stringify(line))
    const database = new MemoryDatabase()
    database.createTable('public.lines', { columns: { line: 'text' } })
    const [line = ''] = await summary()
    database.insert('public.lines', [line])
    const stored = await repository.storeDiff('latest', 'latest')
    await repository.take(database)
    expect(Buffer.concat(await collect(repository.rawRecords('latest', 'public.lines'))).toString()).toBe(`${line}\n`)
    expect(await collect(repository.readDiff(stored.id))).toEqual([JSON.parse(line)])
    expect(await (await openRepository(store)).check({ readFraction: 1 })).toMatchObject({ sound: true })
  })

  it('is one of several: named by its id, or digits that no other begins with', async () => {
    const { repository, first, second } = await two()
    const ids: string[] = []
    for (let i = 0; i < 17; i++) ids.push((await repository.storeDiff(first, second, { limit: i })).id)
    expect((await repository.diffs()).map(({ id }) => id)).toEqual(ids.toReversed())
    const shared = ids.map((id) => id.charAt(0)).find((digit, i, all) => all.indexOf(digit) < i) as string
    for (const name of ['', 'x', shared]) {
      await expect(collect(repository.readDiff(name))).rejects.toMatchObject({ code: 'UNKNOWN_DIFF', data: { name } })
    }
    expect(await repository.forgetDiff(ids[3]?.slice(0, 12) as string)).toBe(ids[3])
    await expect(repository.forgetDiff(ids[3] as string)).rejects.toMatchObject({ code: 'UNKNOWN_DIFF' })
    expect(await repository.diffs()).toHaveLength(16)
    // What they share is stored once, so nothing is lost with one.
    expect(await collect(repository.readDiff(ids[4] as string))).toHaveLength(6)
  })
})

describe('storing a diff', () => {
  it('that fails leaves none, and no writer', async () => {
    const { store, repository, first } = await two()
    await expect(repository.storeDiff(first, 'nothing')).rejects.toMatchObject({ code: 'UNKNOWN_SNAPSHOT' })
    await expect(repository.storeDiff('nothing', first)).rejects.toMatchObject({ code: 'UNKNOWN_SNAPSHOT' })
    await expect(repository.storeDiff(first, first, { include: ['none'] })).rejects.toMatchObject({
      code: 'UNKNOWN_COLLECTION',
    })
    const signal = AbortSignal.abort()
    await expect(repository.storeDiff(first, 'latest', { signal })).rejects.toMatchObject({ code: 'INTERRUPTED' })
    const failing = storeWith(store, {
      put: (key, body, options) =>
        key.startsWith('diffs/') ? Promise.reject(new Error('unplugged')) : store.put(key, body, options),
    })
    await expect((await openRepository(failing)).storeDiff(first, 'latest')).rejects.toThrow('unplugged')
    expect(await keysOf(store, 'diffs/')).toEqual([])
    expect(await keysOf(store, 'writers/')).toEqual([])
  })

  it('stores nothing twice', async () => {
    const { store, repository, first, second } = await two()
    await repository.storeDiff(first, second)
    const before = await keysOf(store, 'packs/')
    await repository.storeDiff(first, second)
    expect(await keysOf(store, 'packs/')).toEqual(before)
    expect(await repository.diffs()).toHaveLength(2)
  })
})

describe('a stored diff that is damaged', () => {
  /** The repository of one stored diff, with a fault in its root. */
  async function withRoot(change: (bytes: Buffer) => Buffer) {
    const all = await two()
    const { id } = await all.repository.storeDiff(all.first, all.second)
    await alter(all.store, `diffs/${id}`, change)
    return { ...all, id, reader: await openRepository(all.store) }
  }

  it.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['cut', (bytes) => bytes.subarray(0, -1), 'DAMAGED'],
    ['longer', (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]), 'DAMAGED'],
    ['changed', (bytes) => flipBit(bytes, 300), 'DAMAGED'],
    ['newer', (bytes) => Buffer.concat([bytes.subarray(0, 4), Buffer.from([2]), bytes.subarray(5)]), 'NEWER_FORMAT'],
  ])('in its root, %s, is named, and can be forgotten', async (_, change, code) => {
    const { store, reader, id } = await withRoot(change)
    await expect(reader.diffs()).rejects.toMatchObject({ code })
    await expect(collect(reader.readDiff(id))).rejects.toMatchObject({ code })
    const report = await reader.check()
    expect(report).toMatchObject({ sound: false, diffs: 0, damage: [{ file: `diffs/${id}`, objects: 0 }] })
    expect(await reader.forgetDiff(id)).toBe(id)
    expect(await (await openRepository(store)).check()).toMatchObject({ sound: true })
  })

  it('because it is another one, or none, is named', async () => {
    const { store, reader, id } = await withRoot((bytes) => bytes)
    const other = '7'.repeat(32)
    const { context } = (await reopen(store)) as OpenedObjectRepository
    const fileId = Buffer.from(other, 'hex')
    const key = deriveFileKey(context.keys.manifest, fileId, 'manifest file')
    const name = `diffs/${other}`
    const file = { magic: 'DBSD' as const, key, repositoryId: context.repositoryId, fileId, name }
    const diff = await (await contextOf(store)).objects.diffs.load((await reader.diffs())[0]?.id as never)
    for (const content of [{}, diff]) {
      await store.put(name, encodeSealedDocument(file, [content], context.randomness))
      await expect(reader.diffs()).rejects.toMatchObject({ code: 'DAMAGED', message: expect.stringContaining(name) })
    }
    await store.put(name, [await store.get(`diffs/${id}`)])
    await expect(reader.diffs()).rejects.toMatchObject({ code: 'DAMAGED' })
  })

  it('in its pages is broken', async () => {
    const { store, reader, id } = await withRoot((bytes) => bytes)
    const { pages } = await (await contextOf(store)).objects.diffs.load(id)
    expect(pages).toHaveLength(1)
    const packs = await keysOf(store, 'packs/')
    for (const key of packs) await store.delete(key)
    await expect(collect(reader.readDiff(id))).rejects.toMatchObject({ code: 'DAMAGED' })
    const { sound, brokenDiffs } = await reader.check()
    expect([sound, brokenDiffs]).toEqual([false, [{ id, problem: '1 of its 1 pages are lost' }]])
  })

  it('because a page is missing in its list is never shorter in silence', async () => {
    const { store, repository, first, second } = await two()
    const { id } = await repository.storeDiff(first, second)
    const { diffs } = (await contextOf(store)).objects
    const diff = await diffs.load(id)
    const cut = '5'.repeat(32) as typeof id
    await diffs.put({ ...diff, id: cut, time: '2025-01-01T00:00:00.000Z', pages: [] })
    expect((await repository.diffs()).map((one) => one.id)).toEqual([id, cut])
    await expect(collect(repository.readDiff(cut))).rejects.toMatchObject({ code: 'DAMAGED' })
  })

  it('because the store fails is none', async () => {
    const { store } = await withRoot((bytes) => bytes)
    for (const failure of [
      new Error('unplugged'),
      Object.assign(new Error('no'), { code: 'STORE_DENIED', hint: '' }),
    ]) {
      const failing = storeWith(store, {
        get: (key, options) => (key.startsWith('diffs/') ? Promise.reject(failure) : store.get(key, options)),
      })
      await expect((await openRepository(failing)).diffs()).rejects.toBe(failure)
    }
  })

  it('because it was forgotten while others looked is none', async () => {
    const { store } = await withRoot((bytes) => bytes)
    await store.put('diffs/readme.txt', [])
    let reads = 0
    const hooked = storeWith(store, {
      get: async (key, options) => {
        // The second: a check has listed it and looks for its pages.
        if (key.startsWith('diffs/') && ++reads === 2) await store.delete(key)
        return store.get(key, options)
      },
    })
    expect(await (await openRepository(hooked)).check()).toMatchObject({ sound: true, diffs: 1, brokenDiffs: [] })
    const gone = storeWith(store, {
      list: async function* (prefix) {
        yield* store.list(prefix)
        if (prefix === 'diffs/') yield { key: `diffs/${'8'.repeat(32)}`, size: 99, modified: new Date(0) }
      },
    })
    expect(await (await openRepository(gone)).diffs()).toEqual([])
  })
})
