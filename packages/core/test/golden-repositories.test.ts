import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ObjectStore } from '../src/ports/object-store.ts'
import { memory } from '../src/stores/memory-store.ts'
import type { ObjectId, ObjectKind } from '../src/values/index.ts'
import { GOLDEN_SNAPSHOTS, makeGoldenRepository } from './golden-repository.ts'
import { keysOf, reopen, rows, storeChunk, writing } from './object-layer.ts'

const FIXTURES = join(import.meta.dirname, '../../../fixtures/repositories')

interface Expected {
  readonly kind: ObjectKind
  readonly id: ObjectId
  readonly plaintext: string
}

const objects: Expected[] = JSON.parse(await readFile(join(FIXTURES, 'objects.json'), 'utf8'))

/** A copy in memory of a committed repository. */
async function fixture(name: string): Promise<ObjectStore> {
  const store = memory()
  const root = join(FIXTURES, name)
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    await store.put(relative(root, path).replaceAll('\\', '/'), [await readFile(path)])
  }
  return store
}

/** For each object: its plaintext in base64, or the code of the error. */
async function readAll(store: ObjectStore): Promise<string[]> {
  const { reader } = await reopen(store)
  const read = async ({ kind, id }: Expected): Promise<string> => {
    try {
      return (await reader.read(kind, id)).toString('base64')
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  return Promise.all(objects.map(read))
}

const all = objects.map(({ plaintext }) => plaintext)

describe('the committed repositories', () => {
  it('format-v1-small is read whole, and can be written on', async () => {
    const store = await fixture('format-v1-small')
    expect(await readAll(store)).toEqual(all)
    const repository = await reopen(store)
    expect((await repository.snapshots.list()).snapshots.map(({ id }) => id)).toEqual([...GOLDEN_SNAPSHOTS].reverse())
    const newest = await repository.snapshots.load(GOLDEN_SNAPSHOTS[1])
    expect(newest).toMatchObject({ parent: GOLDEN_SNAPSHOTS[0], source: { engineVersion: '15.18' } })
    const sound = await repository.check({ readFraction: 1 })
    expect(sound).toMatchObject({ packs: 2, objects: 10, objectsRead: 10, damage: [] })
    // Made with a scrypt that takes 2 ms.
    expect(sound.notes).toMatchObject([{ code: 'WEAK_KEY_SLOT' }])
    const counts = await writing(repository, async (writer) => {
      await storeChunk(writer, Buffer.from(all[0] as string, 'base64'))
      await storeChunk(writer, rows(2, 'new'), objects[0]?.id)
      await writer.flush()
      return writer.counts
    })
    expect(counts).toMatchObject({ known: 1, objects: 1 })
    expect(await readAll(store)).toEqual(all)
  })

  it('missing-index says so, and is whole after a rebuild', async () => {
    const store = await fixture('missing-index')
    expect(new Set(await readAll(store))).toEqual(new Set(['OBJECT_MISSING']))
    const repository = await reopen(store)
    expect((await repository.check()).notes).toContainEqual(expect.objectContaining({ code: 'PACKS_WITHOUT_INDEX' }))
    await repository.rebuildIndex()
    expect(await readAll(store)).toEqual(all)
  })

  it('truncated-pack is named, and what lies before the cut is read', async () => {
    const store = await fixture('truncated-pack')
    const check = await (await reopen(store)).check()
    const packs = await keysOf(store, 'packs/')
    expect(check.damage).toMatchObject([
      { file: packs[0], problem: expect.any(String) },
      { file: packs[1], problem: 'objects in it rest on what is lost', objects: 1 },
    ])
    const results = await readAll(store)
    expect(results).toContain('DAMAGED')
    expect(results.filter((result) => all.includes(result)).length).toBeGreaterThan(2)
  })

  it('flipped-bit loses one object and what rests on it, nothing else', async () => {
    const store = await fixture('flipped-bit')
    const results = await readAll(store)
    const lost = objects.filter((_, i) => results[i] === 'DAMAGED').map(({ id }) => id)
    expect(lost).toContain(objects[0]?.id)
    expect(results.filter((result, i) => result === all[i])).toHaveLength(objects.length - lost.length)
    const check = await (await reopen(store)).check({ readFraction: 1 })
    expect(check.lostObjects).toEqual(new Set(lost))
  })

  it('newer-version is refused and left as it is', async () => {
    const store = await fixture('newer-version')
    await expect(reopen(store)).rejects.toMatchObject({ code: 'NEWER_FORMAT', data: { found: 2, known: 1 } })
    expect(await store.get('config')).toEqual(await readFile(join(FIXTURES, 'newer-version/config')))
  })
})

describe('golden bytes', () => {
  it('of packs, index, config and slot follow from seed and content alone', async () => {
    const { store } = await makeGoldenRepository({ algorithm: 'none', level: 0 }, false)
    const digests: Record<string, string> = {}
    for (const key of await keysOf(store)) {
      // Manifests are compressed, and zstd's output is not promised to be the same in every version.
      if (key.startsWith('snapshots/')) continue
      digests[key] = createHash('sha256')
        .update(await store.get(key))
        .digest('hex')
        .slice(0, 32)
    }
    expect(digests).toMatchInlineSnapshot(`
      {
        "config": "8a7041256afe89004fc50ab1ba55bd0b",
        "index/86d15e4b68fa973e171fe794352f2208": "f7b3991dbd657763130be35aee76a9b6",
        "index/c508c7bfca5c04d072b4f633c63f0e3f": "953f33271c73857f412a0860e0e0211c",
        "keys/d66839c8fefbb44c3605d0b4a16fe730": "fe7edbdfde3ce665736bc53b488a3f42",
        "packs/02/029c0d270f2ffde53929a388c69964b4": "7c3d5695f72f2fd89665290b8169dc4b",
        "packs/b4/b4f58cfab12dffd58b58253461d8b1e5": "06db717646d3a837aba8f080611f5276",
      }
    `)
  })

  it('of the config can be read by anybody', async () => {
    const { store } = await makeGoldenRepository({ algorithm: 'none', level: 0 }, false)
    expect((await store.get('config')).toString()).toMatchInlineSnapshot(`
      "{"dbsnap":"repository","format":1,"repository":"cecdb3f8b52e1bfbf2e37f8063d834e1","encryption":"aes-256-gcm","compression":{"algorithm":"none","level":0},"mac":"3991a8a5c8df3ec673451e4662642261b3fb52ed81f0aa6b7b870f43f090481e"}
      "
    `)
  })

  it('of ids follow from key and content', () => {
    expect(objects.map(({ id }) => id).slice(0, 3)).toMatchInlineSnapshot(`
      [
        "71013972ad084275f5c100b3db690bcae0f2cd91",
        "b47f2b05f49e5d054093c521a9e218d6d10d272f",
        "b6306a56a8e78f9f5dd70a9e5787805c7184d91a",
      ]
    `)
  })
})
