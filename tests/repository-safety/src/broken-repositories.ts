import { join } from 'node:path'
import { ManualClock, SeededRandom } from '@dbsnap/adapter-test-kit'
import { folder, memory, type ObjectStore, PassphraseKeyProvider, Repository } from '@dbsnap/core'
import { copyOfStore, type Rows, rowsOf, smallShop } from './small-shop.ts'

/** Where the broken repositories are committed. */
export const BROKEN_REPOSITORIES = join(import.meta.dirname, '../../../fixtures/shop-repositories')

const DAY_MS = 24 * 3600 * 1000

/** What the shop held in the first and the second snapshot of each committed repository, and what it holds now. */
export function shopOfFixtures(): { first: Rows; second: Rows; now: ReturnType<typeof smallShop> } {
  const now = smallShop({ rows: 60 })
  const first = rowsOf(now)
  now.update('orders', [7, 'second'])
  const second = rowsOf(now)
  now.update('orders', [8, 'third'])
  return { first, second, now }
}

/** What is done to one file of the sound repository; `null` removes it. Each folder of the format has one at least. */
type Breakage = readonly [folder: string, change: (bytes: Buffer) => Buffer | null]

const flip = (bytes: Buffer): Buffer => {
  const flipped = Buffer.from(bytes)
  const middle = bytes.length >>> 1
  flipped.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
  return flipped
}

const BREAKAGES: Readonly<Record<string, Breakage | undefined>> = {
  sound: undefined,
  'flipped-config': ['config', flip],
  'missing-config': ['config', () => null],
  'flipped-key-slot': ['keys/', flip],
  'cut-pack': ['packs/', (bytes) => bytes.subarray(0, bytes.length >>> 1)],
  'flipped-pack': ['packs/', flip],
  'missing-pack': ['packs/', () => null],
  'flipped-index': ['index/', flip],
  'missing-index': ['index/', () => null],
  'flipped-manifest': ['snapshots/', flip],
}

/** Marks that are nothing but bytes. */
const MADE_UP: Readonly<Record<string, string>> = {
  'unreadable-condemned-list': `condemned/${'c'.repeat(32)}`,
  'unreadable-damage-mark': `damaged/${'d'.repeat(32)}`,
}

/** Makes every repository anew, by its folder's name. Of several files of a kind the first is broken: that of the first snapshot. */
export async function makeBrokenRepositories(): Promise<Map<string, ObjectStore>> {
  const sound = await makeSoundRepository()
  const made = new Map<string, ObjectStore>()
  for (const [name, breakage] of Object.entries(BREAKAGES)) {
    const store = await copyOfStore(sound.store)
    const key = sound.added.find((added) => breakage !== undefined && added.startsWith(breakage[0]))
    if (breakage !== undefined && key !== undefined) {
      const bytes = breakage[1](await store.get(key))
      await (bytes === null ? store.delete(key) : store.put(key, [bytes]))
    }
    made.set(name, store)
  }
  for (const [name, key] of Object.entries(MADE_UP)) {
    const store = await copyOfStore(sound.store)
    await store.put(key, [Buffer.from('nothing that anybody could read')])
    made.set(name, store)
  }
  return made
}

/** `added`: its files in the order in which they came. */
async function makeSoundRepository(): Promise<{ store: ObjectStore; added: string[] }> {
  const store = memory()
  const added: string[] = []
  const randomness = new SeededRandom(19)
  const parameters = { algorithm: 'scrypt', N: 1024, r: 8, p: 1 } as const
  const keyProvider = new PassphraseKeyProvider('open sesame', { randomness, parameters })
  const start = Date.UTC(2024, 0, 1)
  const note = async (): Promise<void> => {
    for await (const { key } of store.list('')) if (!added.includes(key)) added.push(key)
  }
  await Repository.create(store, { keyProvider, randomness })
  const shop = smallShop({ rows: 60 })
  for (const day of [0, 1]) {
    if (day === 1) shop.update('orders', [7, 'second'])
    const clock = new ManualClock(new Date(start + day * DAY_MS))
    await (await Repository.open(store, { keyProvider, randomness, clock })).take(shop)
    await note()
  }
  return { store, added }
}

/** A copy in memory of a committed repository. */
export function brokenRepository(name: string): Promise<ObjectStore> {
  return copyOfStore(folder(join(BROKEN_REPOSITORIES, name)))
}
