import { isDeepStrictEqual } from 'node:util'
import { bitFlippingStore, MemoryDatabase, SeededRandom } from '@dbsnap/adapter-test-kit'
import { isDbSnapError, memory, type ObjectStore, type StoredFile } from '@dbsnap/core'
import { createSafetyRepository, openSafetyRepository } from './safety-repository.ts'
import { type Rows, rowsOf, rowsOfSnapshot, SHOP_TABLES, smallShop } from './small-shop.ts'

export interface BitFlipSuiteOptions {
  /** Bits to turn over in each file, beside its first and its last. Default 12. */
  readonly bitsPerFile?: number
  readonly onProgress?: (flips: number) => void
}

export interface BitFlipSuiteResult {
  /** Bits turned over and read by somebody, by the folder of their file (`config`, `keys`, `packs`, `index`, `snapshots`). */
  readonly flips: ReadonlyMap<string, number>
  /** Flips for which a restore ended with an error, and with all rows right: they lay in what it does not read. */
  readonly refused: number
  readonly unharmed: number
  readonly failures: readonly string[]
}

/** Bytes at the end of a pack, where small objects and the directory lie: there more bits are tried. */
const TAIL_BYTES = 1500

/**
 * Turns bits over, one at a time, in every file of a repository with every kind of object. `check` with all data read must find each
 * one; a restore of either snapshot must end with our error and an empty target, or with every row right.
 */
export async function runBitFlipSuite(options: BitFlipSuiteOptions = {}): Promise<BitFlipSuiteResult> {
  const { bitsPerFile = 12, onProgress } = options
  const database = smallShop({ rows: 300, large: true })
  const store = memory()
  const repository = await createSafetyRepository(store)
  const expected = new Map<string, Rows>()
  for (let i = 0; i < 2; i++) {
    database.update('orders', [7, `take ${i}`])
    expected.set((await repository.take(database)).id, rowsOf(database))
  }
  const random = new SeededRandom(2)
  const flips = new Map<string, number>()
  const failures: string[] = []
  let [refused, unharmed, done] = [0, 0, 0]
  for await (const file of store.list('')) {
    const folder = file.key.replace(/\/.*/, '')
    for (const bit of bitsOf(file, folder === 'packs', bitsPerFile, random)) {
      const where = `bit ${bit} of ${file.key}`
      const flipping = bitFlippingStore(store, { key: file.key, bit })
      if (!(await isFound(flipping))) failures.push(`${where}: check finds nothing`)
      if (flipping.flips === 0) failures.push(`${where}: nobody read it`)
      else flips.set(folder, (flips.get(folder) ?? 0) + 1)
      for (const [id, rows] of expected) {
        const outcome = await restore(flipping, id, rows)
        if (outcome === 'refused') refused++
        else if (outcome === 'right') unharmed++
        else failures.push(`${where}: ${outcome}`)
      }
      onProgress?.(++done)
    }
  }
  return { flips, refused, unharmed, failures }
}

function bitsOf({ size }: StoredFile, isPack: boolean, count: number, random: SeededRandom): Set<number> {
  const bits = [0, size * 8 - 1, ...Array.from({ length: count }, () => random.below(size * 8))]
  const tail = Math.min(size, TAIL_BYTES)
  if (isPack) bits.push(...Array.from({ length: 2 * count }, () => (size - 1 - random.below(tail)) * 8))
  return new Set(bits)
}

/** Whether a check says so, or does not even open. */
async function isFound(store: ObjectStore): Promise<boolean> {
  try {
    return !(await (await openSafetyRepository(store)).check({ readFraction: 1 })).sound
  } catch (error) {
    return isDbSnapError(error)
  }
}

/** `refused`: our error, and nothing was written. `right`: all of it was. Otherwise what went wrong, in words. */
async function restore(store: ObjectStore, id: string, expected: Rows): Promise<string> {
  const target = new MemoryDatabase()
  try {
    const repository = await openSafetyRepository(store)
    await repository.restore(id, target, { mode: 'create' })
    if (!isDeepStrictEqual(rowsOf(target), expected)) return 'a restore wrote wrong rows'
    return isDeepStrictEqual(await rowsOfSnapshot(repository, id), expected) ? 'right' : 'a read gave wrong rows'
  } catch (error) {
    if (!isDbSnapError(error)) return `threw ${String(error)}`
    return SHOP_TABLES.some((table) => target.tables.includes(table)) ? 'a failed restore left tables' : 'refused'
  }
}
