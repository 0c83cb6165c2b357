import { readdir } from 'node:fs/promises'
import { MemoryDatabase } from '@dbsnap/adapter-test-kit'
import { type CheckOptions, isDbSnapError, type ObjectStore, Repository } from '@dbsnap/core'
import { expect, it } from 'vitest'
import {
  BROKEN_REPOSITORIES,
  brokenRepository,
  makeBrokenRepositories,
  shopOfFixtures,
} from '../src/broken-repositories.ts'
import { type Rows, rowsOf, SHOP_TABLES } from '../src/small-shop.ts'

/** What is told of a broken repository, in the order in which it is asked. */
interface Told {
  /** Folders of the files that a check with all data read calls damaged, and the number of snapshots that are not whole. */
  readonly check: string
  /** Of the first snapshot and of the second: `right`, or the code of the error, after which nothing is left. */
  readonly restores: readonly [string, string]
  /** Of the database as it is now, and a restore of that. */
  readonly take: string
  /** The two again: what the take has healed. */
  readonly afterTake: readonly [string, string]
  /** The check again, told to mend the index and to remember damage. */
  readonly repaired: string
}

const CANNOT_BE_OPENED = (code: string): Told => ({
  check: code,
  restores: [code, code],
  take: code,
  afterTake: [code, code],
  repaired: code,
})
const SOUND: Told = {
  check: 'sound',
  restores: ['right', 'right'],
  take: 'right',
  afterTake: ['right', 'right'],
  repaired: 'sound',
}
/** The first pack holds almost everything; what of it the database still has is stored again by the next take. */
const LOST_PACK: Pick<Told, 'restores' | 'take' | 'afterTake'> = {
  restores: ['DAMAGED', 'DAMAGED'],
  take: 'right',
  afterTake: ['DAMAGED', 'DAMAGED'],
}

const TOLD: Readonly<Record<string, Told>> = {
  sound: SOUND,
  'missing-config': CANNOT_BE_OPENED('NOT_A_REPOSITORY'),
  'flipped-config': CANNOT_BE_OPENED('DAMAGED'),
  'flipped-key-slot': CANNOT_BE_OPENED('WRONG_PASSPHRASE'),
  'missing-pack': { ...LOST_PACK, check: 'packs; 2 snapshots', repaired: 'packs; 2 snapshots' },
  'cut-pack': { ...LOST_PACK, check: 'packs; 2 snapshots', repaired: 'packs; 2 snapshots' },
  'flipped-pack': { ...LOST_PACK, check: 'packs; 2 snapshots', repaired: 'packs; 2 snapshots' },
  // A take finds packs that no index file lists by itself; of a file that can be opened it believes that it lists its packs.
  'missing-index': { ...SOUND, check: 'packs; 2 snapshots', restores: ['OBJECT_MISSING', 'OBJECT_MISSING'] },
  'flipped-index': {
    check: 'index packs; 2 snapshots',
    restores: ['OBJECT_MISSING', 'OBJECT_MISSING'],
    take: 'right',
    afterTake: ['OBJECT_MISSING', 'DAMAGED'],
    repaired: 'sound',
  },
  'flipped-manifest': {
    check: 'no file; 1 snapshots',
    restores: ['DAMAGED', 'right'],
    take: 'right',
    afterTake: ['DAMAGED', 'right'],
    repaired: 'no file; 1 snapshots',
  },
  // What a prune is about to delete is unknown, so that nobody may rest on anything.
  'unreadable-condemned-list': { ...SOUND, check: 'condemned', take: 'DAMAGED', repaired: 'condemned' },
  // It only spared others the search: the next check finds the damage again, and removes the mark.
  'unreadable-damage-mark': SOUND,
}

it('every committed repository is looked at, and each can be made anew', async () => {
  const names = Object.keys(TOLD).sort()
  expect((await readdir(BROKEN_REPOSITORIES)).sort()).toEqual(names)
  expect([...(await makeBrokenRepositories()).keys()].sort()).toEqual(names)
})

it.each(Object.entries(TOLD))('%s: what check, restore and take say', async (name, told) => {
  const store = await brokenRepository(name)
  const { first, second, now } = shopOfFixtures()
  const [newest, oldest] = await snapshotsOf(await brokenRepository('sound'))
  const restores = async (): Promise<[string, string]> => [
    await restored(store, oldest as string, first),
    await restored(store, newest as string, second),
  ]
  const taken = async (): Promise<string> => {
    const take = await outcome(open(store).then((repository) => repository.take(now)))
    return typeof take === 'string' ? take : restored(store, take.id, rowsOf(now))
  }
  expect({
    check: await checked(store, { readFraction: 1 }),
    restores: await restores(),
    take: await taken(),
    afterTake: await restores(),
    repaired: await checked(store, { readFraction: 1, repairIndex: true, remember: true }),
  }).toEqual(told)
})

it('a damage mark that nobody can read is removed by a check that remembers', async () => {
  const store = await brokenRepository('unreadable-damage-mark')
  await checked(store, { readFraction: 1, remember: true })
  for await (const { key } of store.list('damaged/')) expect.unreachable(key)
})

function open(store: ObjectStore): Promise<Repository> {
  return Repository.open(store, { passphrase: 'open sesame' })
}

async function snapshotsOf(store: ObjectStore): Promise<string[]> {
  return (await (await open(store)).list()).map(({ id }) => id)
}

/** The code of what it fails with, else what it resolves with. */
function outcome<T>(work: Promise<T>): Promise<T | string> {
  return work.catch((error: unknown) => {
    if (isDbSnapError(error)) return error.code
    throw error
  })
}

function checked(store: ObjectStore, options: CheckOptions): Promise<string> {
  const work = async (): Promise<string> => {
    const { sound, damage, brokenSnapshots } = await (await open(store)).check(options)
    if (sound) return 'sound'
    // Nobody is told the same of the same file twice.
    const lines = damage.map(({ file, problem }) => `${file}: ${problem}`)
    expect(new Set(lines).size).toBe(lines.length)
    const folders = [...new Set(damage.map(({ file }) => file.replace(/\/.*/, '')))].sort().join(' ')
    if (brokenSnapshots.length === 0) return folders
    return `${folders || 'no file'}; ${brokenSnapshots.length} snapshots`
  }
  return outcome(work())
}

async function restored(store: ObjectStore, snapshot: string, expected: Rows): Promise<string> {
  const target = new MemoryDatabase()
  const work = async (): Promise<string> => {
    await (await open(store)).restore(snapshot, target, { mode: 'create' })
    expect(rowsOf(target)).toEqual(expected)
    return 'right'
  }
  const ended = await outcome(work())
  if (ended !== 'right') expect(SHOP_TABLES.filter((table) => target.tables.includes(table))).toEqual([])
  return ended
}
