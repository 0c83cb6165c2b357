import { FaultSchedule, faultyStore, type MemoryDatabase, SeededRandom } from '@dbsnap/adapter-test-kit'
import { memory, type ObjectStore } from '@dbsnap/core'
import { createSafetyRepository, openSafetyRepository } from './safety-repository.ts'
import { copyOfStore, type Rows, rowsOf } from './small-shop.ts'

/** The secret of a second key slot. */
export const OTHER_KEY = { masterKey: '1f'.repeat(32), label: 'other' }

/** Repositories that operations start from. */
export interface CrashBases {
  /** Of two snapshots; the database has changed since. */
  readonly two: ObjectStore
  /** Into which the older of them was copied. */
  readonly copied: ObjectStore
  /** The same two, a second key slot. */
  readonly twoKeys: ObjectStore
  /** A writer died in it. */
  readonly deadWriter: ObjectStore
  /** Two snapshots of six are left: with packs that nothing needs, that are mostly unneeded, and that hold bases of what is kept. */
  readonly prunable: ObjectStore
  /** The same, marked by a prune that has ended: the marks are due where there is no grace. */
  readonly marked: ObjectStore
  /** The same, marked by a prune that was killed right after. */
  readonly halfMarked: ObjectStore
  /** What snapshots must read as, by id. */
  readonly rows: ReadonlyMap<string, Rows>
}

export async function prepareBases(database: MemoryDatabase): Promise<CrashBases> {
  const rows = new Map<string, Rows>()
  const take = async (store: ObjectStore): Promise<string> => {
    const { id } = await (await openSafetyRepository(store)).take(database)
    rows.set(id, rowsOf(database))
    return id
  }
  const two = memory()
  await createSafetyRepository(two)
  const taken: string[] = []
  for (let i = 0; i < 2; i++) {
    database.update('orders', [7, `before take ${i}`])
    taken.push(await take(two))
  }
  const copied = memory()
  const source = await openSafetyRepository(two)
  await source.copyTo(await createSafetyRepository(copied), { snapshots: ['latest~1'] })
  const twoKeys = await copyOfStore(two)
  await (await openSafetyRepository(twoKeys)).keys.add(OTHER_KEY)

  const prunable = await copyOfStore(two)
  const random = new SeededRandom(3)
  const changed = (count: number) =>
    Array.from({ length: count }, (_, i): [number, string] => [i + 1, random.bytes(30).toString('base64')])
  const most = Math.floor(database.rows('orders').length * 0.9)
  for (const count of [most, 3, most, 3]) {
    database.update('orders', ...changed(count))
    taken.push(await take(prunable))
  }
  const forgotten = taken.filter((_, i) => i !== 3 && i !== 5)
  await (await openSafetyRepository(prunable)).forget({ snapshots: forgotten })
  const marked = await copyOfStore(prunable)
  await (await openSafetyRepository(marked)).prune()
  const halfMarked = await killedAfter(prunable, 'condemned/', async (store) =>
    (await openSafetyRepository(store)).prune(),
  )

  database.update('orders', ...Array.from({ length: 20 }, (_, i): [number, string] => [i * 10 + 1, `changed ${i}`]))
  const deadWriter = await killedAfter(two, 'packs/', async (store) =>
    (await openSafetyRepository(store)).take(database),
  )
  return { two, copied, twoKeys, deadWriter, prunable, marked, halfMarked, rows }
}

/** The store as a process leaves it that is killed right after its first put below a prefix. */
async function killedAfter(
  base: ObjectStore,
  prefix: string,
  work: (store: ObjectStore) => Promise<unknown>,
): Promise<ObjectStore> {
  for (let step = 1; ; step++) {
    const store = await copyOfStore(base)
    const schedule = new FaultSchedule({ step, when: 'after' })
    await work(faultyStore(store, schedule)).catch(() => undefined)
    schedule.expectFired()
    if (schedule.firedAt?.includes(`after put ${prefix}`) === true) return store
  }
}
