import { describe, expect, it } from 'vitest'
import { alter, create, manifest, onlyKey, reopen } from '../../test/object-layer.ts'
import { deriveFileKey } from '../encryption/repository-keys.ts'
import { StoreFailedError } from '../errors/store-failed-error.ts'
import { encodeSealedDocument } from '../format/sealed-document-codec.ts'
import type { SnapshotManifest } from '../format/snapshot-manifest.ts'
import { memory } from '../stores/memory-store.ts'
import { parseObjectId } from '../values/object-id.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import type { SnapshotCatalog } from './index.ts'
import type { OpenedObjectRepository } from './open-object-repository.ts'

const id = (digits: string): SnapshotId => digits.padEnd(32, '0') as SnapshotId
const at = (day: number): string => `2026-03-${String(day).padStart(2, '0')}T12:00:00.000Z`

async function catalogWith(...manifests: SnapshotManifest[]): Promise<SnapshotCatalog> {
  const { snapshots } = await create(memory())
  for (const one of manifests) await snapshots.put(one)
  return snapshots
}

const ids = async (catalog: SnapshotCatalog): Promise<SnapshotId[]> =>
  (await catalog.list()).snapshots.map((snapshot) => snapshot.id)

describe('the catalogue', () => {
  it('gives back a manifest as it was put, in another process too', async () => {
    const store = memory()
    const { snapshots } = await create(store)
    const full: SnapshotManifest = {
      ...manifest(id('5'), at(1)),
      schema: [parseObjectId('ab'.repeat(20))],
      collections: [
        {
          layout: {
            name: 'public.orders',
            parent: 'public.all_orders',
            format: 'copy-text',
            encoding: 'utf-8',
            columns: [{ name: 'id', type: 'bigint', shape: 'string', equality: 'bytes' }],
            key: [{ column: 0, order: 'integer' }],
          },
          records: 3,
          bytes: 99,
          root: { id: parseObjectId('cd'.repeat(20)), height: 1 },
          splitBits: 9,
          consistency: 'snapshot',
        },
      ],
    }
    const { manifest: stored, storedBytes } = await snapshots.put(full)
    expect(stored).toEqual(full)
    expect((await store.stat(await onlyKey(store, 'snapshots/')))?.size).toBe(storedBytes)
    expect(await (await reopen(store)).snapshots.load(full.id)).toEqual(full)
    const { schema: _, collections: __, ...summary } = full
    expect(await (await reopen(store)).snapshots.list()).toEqual({ snapshots: [summary], damaged: [] })
  })

  it('lists newest first, by the manifests’ time', async () => {
    const catalog = await catalogWith(manifest(id('b'), at(2)), manifest(id('c'), at(3)), manifest(id('a'), at(1)))
    expect(await ids(catalog)).toEqual([id('c'), id('b'), id('a')])
  })

  it('orders equal times firmly', async () => {
    const catalog = await catalogWith(manifest(id('b'), at(1)), manifest(id('c'), at(1)), manifest(id('a'), at(1)))
    expect(await ids(catalog)).toEqual([id('c'), id('b'), id('a')])
  })

  it('never lets a snapshot be older than its parent', async () => {
    const catalog = await catalogWith(manifest(id('a'), at(5)))
    const { manifest: child } = await catalog.put({ ...manifest(id('b'), at(4)), parent: id('a') })
    expect(child.time).toBe('2026-03-05T12:00:00.001Z')
    const { manifest: equal } = await catalog.put({ ...manifest(id('c'), child.time), parent: id('b') })
    expect(equal.time).toBe('2026-03-05T12:00:00.002Z')
    const { manifest: later } = await catalog.put({ ...manifest(id('d'), at(6)), parent: id('c') })
    expect(later.time).toBe(at(6))
    const { manifest: orphan } = await catalog.put({ ...manifest(id('e'), at(1)), parent: id('f') })
    expect(orphan.time).toBe(at(1))
  })

  it('puts no id twice, and forgets what is removed', async () => {
    const catalog = await catalogWith(manifest(id('a'), at(1)))
    await expect(catalog.put(manifest(id('a'), at(2)))).rejects.toMatchObject({ code: 'STORE_FAILED' })
    expect((await catalog.list()).snapshots[0]?.time).toBe(at(1))
    await catalog.remove(id('a'))
    await catalog.remove(id('a'))
    expect(await ids(catalog)).toEqual([])
    await expect(catalog.load(id('a'))).rejects.toMatchObject({ code: 'STORE_KEY_MISSING' })
  })

  it('knows the newest of a source', async () => {
    const catalog = await catalogWith(manifest(id('a'), at(1), 'x'), manifest(id('b'), at(2), 'y'))
    expect((await catalog.latest('x'))?.id).toBe(id('a'))
    expect(await catalog.latest('z')).toBeUndefined()
  })
})

describe('names of snapshots', () => {
  const catalog = catalogWith(
    manifest(id('abc1'), at(1), 'db:5432/shop'),
    manifest(id('abd2'), at(2), 'db:5432/shop'),
    manifest(id('e'), at(3), 'db:5432/blog'),
  )

  it.each([
    [id('abc1'), 'abc1'],
    ['abc', 'abc1'],
    ['e', 'e'],
    ['latest', 'e'],
    ['latest~0', 'e'],
    ['latest~1', 'abd2'],
    ['latest~2', 'abc1'],
    ['db:5432/shop:latest', 'abd2'],
    ['db:5432/shop:latest~1', 'abc1'],
    ['db:5432/blog:latest', 'e'],
  ])('%s', async (name, expected) => {
    expect((await (await catalog).resolve(name)).id).toBe(id(expected))
  })

  it.each(['f', 'latest~3', 'db:5432/blog:latest~1', 'nobody:latest', 'LATEST', 'ABC', '', `${id('e')}0`, 'latest~-1'])(
    '%j is unknown',
    async (name) => {
      await expect((await catalog).resolve(name)).rejects.toMatchObject({ code: 'UNKNOWN_SNAPSHOT' })
    },
  )

  it('in an empty repository are unknown, and the hint says so', async () => {
    const empty = await catalogWith()
    await expect(empty.resolve('latest')).rejects.toMatchObject({ hint: expect.stringContaining('take one first') })
  })

  it('that fit several are ambiguous, with candidates', async () => {
    await expect((await catalog).resolve('ab')).rejects.toMatchObject({
      code: 'AMBIGUOUS_SNAPSHOT',
      data: { candidates: [{ id: id('abd2') }, { id: id('abc1') }] },
    })
  })
})

describe('a manifest that cannot be read', () => {
  it('is named, hides no other, and is never silently passed over', async () => {
    const store = memory()
    const { snapshots } = await create(store)
    await snapshots.put(manifest(id('a'), at(1)))
    await snapshots.put(manifest(id('b'), at(2)))
    await alter(store, `snapshots/${id('b')}`, (bytes) => bytes.subarray(0, -1))
    // The summary is whole: only loading shows that the rest is cut.
    const cut = (await reopen(store)).snapshots
    expect(await ids(cut)).toEqual([id('b'), id('a')])
    await expect(cut.load(id('b'))).rejects.toMatchObject({ code: 'DAMAGED' })
    await alter(store, `snapshots/${id('b')}`, (bytes) => bytes.subarray(0, 60))
    const catalog = (await reopen(store)).snapshots
    const { damaged } = await catalog.list()
    expect(damaged).toMatchObject([{ id: id('b'), error: { code: 'DAMAGED' } }])
    expect(damaged[0]?.error.message).toContain(`snapshots/${id('b')}`)
    for (const name of ['latest', 'b', id('b'), 'localhost:5432/shop:latest']) {
      await expect(catalog.resolve(name)).rejects.toMatchObject({ code: 'DAMAGED' })
    }
    expect((await catalog.resolve('a')).id).toBe(id('a'))
    expect((await catalog.latest('localhost:5432/shop'))?.id).toBe(id('a'))
  })

  it('because it is newer says so', async () => {
    const store = memory()
    const { snapshots } = await create(store)
    await snapshots.put(manifest(id('a'), at(1)))
    await alter(store, `snapshots/${id('a')}`, (bytes) => {
      bytes[4] = 2
      return bytes
    })
    await expect((await reopen(store)).snapshots.resolve('a')).rejects.toMatchObject({ code: 'NEWER_FORMAT' })
  })

  it('under the name of another is damage', async () => {
    const store = memory()
    const { snapshots } = await create(store)
    await snapshots.put(manifest(id('a'), at(1)))
    await store.put(`snapshots/${id('b')}`, [await store.get(`snapshots/${id('a')}`)])
    expect((await (await reopen(store)).snapshots.list()).damaged.map((one) => one.id)).toEqual([id('b')])
  })

  it('because it holds something else is damage', async () => {
    const store = memory()
    const { context } = (await create(store)) as OpenedObjectRepository
    const put = async (digits: string, parts: readonly unknown[]): Promise<void> => {
      const fileId = Buffer.from(id(digits), 'hex')
      const key = deriveFileKey(context.keys.manifest, fileId, 'manifest file')
      const file = {
        magic: 'DBSM' as const,
        key,
        repositoryId: context.repositoryId,
        fileId,
        name: `snapshots/${id(digits)}`,
      }
      await store.put(file.name, encodeSealedDocument(file, parts, context.randomness))
    }
    const { schema: _, collections: __, ...summary } = manifest(id('a'), at(1))
    await put('a', [summary, { schema: 'none' }])
    await put('b', [{ id: id('b') }, {}])
    const catalog = (await reopen(store)).snapshots
    await expect(catalog.load(id('a'))).rejects.toMatchObject({ code: 'DAMAGED' })
    expect((await catalog.list()).damaged.map((one) => one.id)).toEqual([id('b')])
  })

  it('because the store denies it is no damage', async () => {
    const store = memory()
    const { snapshots } = await create(store)
    await snapshots.put(manifest(id('a'), at(1)))
    const fresh = (await reopen(store)).snapshots
    store.get = () => Promise.reject(new StoreFailedError('unplugged', { hint: 'Plug it in.' }))
    await expect(fresh.list()).rejects.toMatchObject({ code: 'STORE_FAILED' })
  })

  it('because it was forgotten meanwhile is no fault; one that the store refuses is', async () => {
    const store = memory()
    const { snapshots } = await create(store)
    await snapshots.put(manifest(id('a'), at(1)))
    await store.put('snapshots/readme.txt', [])
    const fresh = (await reopen(store)).snapshots
    const get = store.get.bind(store)
    store.get = () => Promise.reject(new Error('unplugged'))
    await expect(fresh.list()).rejects.toThrow('unplugged')
    store.get = async (key, options) => {
      if (key.startsWith('snapshots/')) await store.delete(key)
      return get(key, options)
    }
    expect(await fresh.list()).toEqual({ snapshots: [], damaged: [] })
  })

  it('that is larger than one look is read whole', async () => {
    const store = memory()
    const { snapshots } = await create(store)
    const warnings = Array.from({ length: 5000 }, (_, i) => ({ code: `CODE_${i * 7919}`, message: `${Math.sin(i)}` }))
    await snapshots.put({ ...manifest(id('a'), at(1)), warnings })
    expect((await (await reopen(store)).snapshots.resolve('a')).warnings).toEqual(warnings)
  })
})
