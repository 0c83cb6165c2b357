import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ObjectStore } from '../src/ports/object-store.ts'
import { Repository } from '../src/repository.ts'
import { memory } from '../src/stores/memory-store.ts'
import { alter, flipBit, keysOf, storeWith, system } from './object-layer.ts'
import { differences } from './support/differences.ts'
import { createRepository } from './support/memory-repository.ts'
import { order, orders, shop } from './support/shop.ts'

let cacheFolder: string
let store: ObjectStore

beforeEach(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'dbsnap-copies-'))
  store = memory()
  const repository = await createRepository(store)
  await repository.take(shop(orders(400, 2000)))
  await repository.take(changedShop(1))
})

afterEach(() => rm(cacheFolder, { recursive: true, force: true }))

const CHANGED = [20, 150, 151, 390]

function changedShop(version: number) {
  return shop(
    orders(400, 2000).map((row) => (CHANGED.includes(Number(row[0])) ? order(Number(row[0]), version, 2000) : row)),
  )
}

/** The repository as a new process sees it that keeps copies, and the keys of the index and of packs that it reads. */
async function opened(cacheBytes?: number): Promise<{ repository: Repository; read: string[] }> {
  const read: string[] = []
  const watched = storeWith(store, {
    get: (key, options) => {
      if (/^(index|packs)\//.test(key) || (key.startsWith('snapshots/') && options?.range !== undefined)) read.push(key)
      return store.get(key, options)
    },
  })
  const options = { ...system(`process ${Math.random()}`), cacheFolder }
  return {
    repository: await Repository.open(watched, cacheBytes === undefined ? options : { ...options, cacheBytes }),
    read,
  }
}

async function changesIn({ repository }: { repository: Repository }): Promise<unknown[]> {
  const { changes } = await differences(repository.diff('latest~1', 'latest'))
  return changes.map(({ key }) => key.id)
}

async function damageCopies(position: number): Promise<number> {
  const names = await readdir(cacheFolder, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const file of files) await writeFile(file, flipBit(await readFile(file), position))
  return files.length
}

describe('with copies on this machine', () => {
  it('a snapshot that was forgotten is gone, whatever copies there are', async () => {
    const { repository } = await opened()
    const [latest, first] = await repository.list()
    await Repository.open(store, system('another')).then((other) => other.forget({ snapshots: [latest?.id as string] }))
    const after = await opened()
    expect(await after.repository.list()).toEqual([first])
    expect(after.read).toEqual([])
  })

  it('a second diff reads neither index nor packs, nor manifests to list them', async () => {
    const first = await opened()
    expect(await changesIn(first)).toEqual(CHANGED)
    expect(first.read.length).toBeGreaterThan(5)
    const second = await opened()
    expect(await changesIn(second)).toEqual(CHANGED)
    expect(second.read).toEqual([])
  })

  it('a take reads the bases of its deltas once', async () => {
    const before = await opened()
    await before.repository.take(changedShop(2))
    const after = await opened()
    await after.repository.take(changedShop(3))
    const { storedBytes } = await after.repository.take(changedShop(4))
    expect(storedBytes).toBeLessThan(40_000)
    expect(await changesIn(after)).toEqual(CHANGED)
  })

  it.each([
    ['in what they hold', 8 * 40],
    ['in the version of their format', 8 * 4 + 1],
  ])('copies that are damaged %s are replaced, and fail nothing', async (_, position) => {
    await changesIn(await opened())
    expect(await damageCopies(position)).toBeGreaterThan(5)
    const damaged = await opened()
    expect(await changesIn(damaged)).toEqual(CHANGED)
    expect(damaged.read.length).toBeGreaterThan(5)
    const mended = await opened()
    expect(await changesIn(mended)).toEqual(CHANGED)
    expect(mended.read).toEqual([])
  })

  it('the folder may be removed at any time', async () => {
    const running = await opened()
    await changesIn(running)
    await rm(cacheFolder, { recursive: true })
    expect(await changesIn(running)).toEqual(CHANGED)
    await running.repository.take(changedShop(2))
    expect(await changesIn(running)).toEqual(CHANGED)
  })

  it('one too small for anything changes nothing', async () => {
    for (let round = 0; round < 2; round++) expect(await changesIn(await opened(1))).toEqual(CHANGED)
  })

  it('a check asks the store alone, and a rebuilt index is made of what the store has', async () => {
    await changesIn(await opened())
    const [file] = await keysOf(store, 'index/')
    await alter(store, file as string, (bytes) => flipBit(bytes, 8 * 20))
    for (const pack of await keysOf(store, 'packs/')) await alter(store, pack, (bytes) => flipBit(bytes, 8 * 20))
    const { repository } = await opened()
    const { damage } = await repository.check({ readFraction: 1 })
    expect(damage.length).toBeGreaterThanOrEqual(3)
  })

  it('a check walks the trees that the store has', async () => {
    await changesIn(await opened())
    const node = (await readdir(cacheFolder, { recursive: true })).filter((name) => name.includes('packs/'))
    // Every object of which there is a copy is damaged in the store, in its own bytes: directories and index agree.
    for (const name of node) {
      const [, pack, offset] = /(packs\/..\/[0-9a-f]{32})-(\d+)$/.exec(name) ?? []
      if (pack !== undefined) await alter(store, pack, (bytes) => flipBit(bytes, 8 * (Number(offset) + 3)))
    }
    const { repository } = await opened()
    expect(await changesIn({ repository })).toEqual(CHANGED)
    const { brokenSnapshots } = await repository.check()
    expect(brokenSnapshots).toHaveLength(2)
  })

  it('what the store has lost is stored again, whatever copies there are', async () => {
    await changesIn(await opened())
    for (const pack of await keysOf(store, 'packs/')) await store.delete(pack)
    await (await opened()).repository.take(changedShop(1))
    await rm(cacheFolder, { recursive: true })
    const { repository } = await opened()
    let records = 0
    for await (const _ of repository.records('latest', 'public.orders')) records++
    expect(records).toBe(400)
  })
})
