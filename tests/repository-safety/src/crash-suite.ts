import { isDeepStrictEqual } from 'node:util'
import { atEveryStep, type FaultSchedule, faultyStore, type MemoryDatabase } from '@dbsnap/adapter-test-kit'
import { isDbSnapError, memory, type ObjectStore } from '@dbsnap/core'
import { createSafetyRepository, openSafetyRepository } from './safety-repository.ts'
import { copyOfStore, type Rows, rowsOf, rowsOfSnapshot, smallShop } from './small-shop.ts'

/** Operations that are crashed at every call of their store. */
export const CRASHED_OPERATIONS = ['init', 'take', 'copy', 'index rebuild', 'rebuild of a lost index'] as const
export type CrashedOperation = (typeof CRASHED_OPERATIONS)[number]

export interface CrashSuiteOptions {
  readonly operations?: readonly CrashedOperation[]
  /** Rows of the two larger tables. Default 1500. */
  readonly rows?: number
  /** Every call, or each so many. Default 1. */
  readonly stride?: number
  readonly onProgress?: (operation: CrashedOperation, faults: number) => void
}

export interface CrashSuiteResult {
  /** Faults that fired. An operation none of whose faults did throws. */
  readonly faults: ReadonlyMap<CrashedOperation, number>
  /** What did not hold, in words. */
  readonly failures: readonly string[]
}

/**
 * Crashes each operation at every call of its store: before and after it, for good and once only (a lost reply). After each a
 * check must be clean, every snapshot must read, and the operation, run again, must succeed.
 */
export async function runCrashSuite(options: CrashSuiteOptions = {}): Promise<CrashSuiteResult> {
  const { operations = CRASHED_OPERATIONS, stride = 1 } = options
  const suite = await CrashSuite.prepare(smallShop({ rows: options.rows ?? 1500 }))
  const faults = new Map<CrashedOperation, number>()
  for (const operation of operations) {
    let fired = 0
    for (const calls of [['put', 'delete'] as const, ['get', 'list', 'stat'] as const]) {
      for (const dead of [true, false]) {
        const attempt = (schedule: FaultSchedule) =>
          suite.crash(operation, schedule, (store) => faultyStore(store, schedule, { calls }))
        fired += await atEveryStep(attempt, { dead, stride })
      }
    }
    faults.set(operation, fired)
    options.onProgress?.(operation, fired)
  }
  return { faults, failures: suite.failures }
}

type Failing = (store: ObjectStore) => ObjectStore

class CrashSuite {
  readonly failures: string[] = []
  readonly #database: MemoryDatabase
  /** A repository of two snapshots, and another into which the first was copied. */
  readonly #base: ObjectStore
  readonly #other: ObjectStore
  /** By snapshot of the base. */
  readonly #rows: ReadonlyMap<string, Rows>

  private constructor(
    database: MemoryDatabase,
    base: ObjectStore,
    other: ObjectStore,
    rows: ReadonlyMap<string, Rows>,
  ) {
    this.#database = database
    this.#base = base
    this.#other = other
    this.#rows = rows
  }

  static async prepare(database: MemoryDatabase): Promise<CrashSuite> {
    const [base, other] = [memory(), memory()]
    const repository = await createSafetyRepository(base)
    const rows = new Map<string, Rows>()
    for (let i = 0; i < 2; i++) {
      database.update('orders', [7, `before take ${i}`])
      rows.set((await repository.take(database)).id, rowsOf(database))
    }
    await repository.copyTo(await createSafetyRepository(other), { snapshots: ['latest~1'] })
    database.update('orders', ...Array.from({ length: 20 }, (_, i): [number, string] => [i * 10 + 1, `changed ${i}`]))
    return new CrashSuite(database, base, other, rows)
  }

  async crash(operation: CrashedOperation, schedule: FaultSchedule, failing: Failing): Promise<void> {
    const store = await this.#startOf(operation)
    try {
      await this.#run(operation, failing(store))
    } catch (error) {
      if (!isDbSnapError(error)) this.#fail(operation, schedule, `threw ${String(error)}`)
    }
    try {
      await this.#judge(operation, schedule, store)
      await this.#run(operation, store)
      await this.#judge(operation, schedule, store)
    } catch (error) {
      this.#fail(operation, schedule, `afterwards ${String(error)}`)
    }
  }

  async #startOf(operation: CrashedOperation): Promise<ObjectStore> {
    if (operation === 'init') return memory()
    const store = await copyOfStore(operation === 'copy' ? this.#other : this.#base)
    if (operation !== 'rebuild of a lost index') return store
    for await (const { key } of store.list('index/')) await store.delete(key)
    return store
  }

  async #run(operation: CrashedOperation, store: ObjectStore): Promise<void> {
    if (operation === 'init') await createUnlessThere(store)
    else if (operation === 'take') await (await openSafetyRepository(store)).take(this.#database)
    else if (operation === 'copy') {
      await (await openSafetyRepository(this.#base)).copyTo(await openSafetyRepository(store))
    } else await (await openSafetyRepository(store)).check({ repairIndex: true })
  }

  /** What must hold after a crash, and after the operation was run again. */
  async #judge(operation: CrashedOperation, schedule: FaultSchedule, store: ObjectStore): Promise<void> {
    const isThere = (await store.stat('config')) !== undefined
    if (!isThere && operation === 'init') return
    const repository = await openSafetyRepository(store)
    // A lost index is what the last operation begins with: only once it is run is there something to judge.
    const begins = operation === 'rebuild of a lost index' && schedule.firedAt !== undefined
    const report = await repository.check({ readFraction: 1, repairIndex: begins })
    if (!report.sound) this.#fail(operation, schedule, `not sound: ${JSON.stringify(report.damage)}`)
    const snapshots = await repository.list()
    const originals = new Set(snapshots.map(({ id, copiedFrom }) => copiedFrom?.snapshot ?? id))
    const kept = [...this.#rows.keys()].slice(0, operation === 'init' ? 0 : operation === 'copy' ? 1 : 2)
    if (!kept.every((id) => originals.has(id as never))) this.#fail(operation, schedule, 'a snapshot is gone')
    for (const { id, copiedFrom } of snapshots) {
      const expected = this.#rows.get(copiedFrom?.snapshot ?? id) ?? rowsOf(this.#database)
      if (!isDeepStrictEqual(await rowsOfSnapshot(repository, id), expected)) {
        this.#fail(operation, schedule, `snapshot ${id} reads other rows`)
      }
    }
  }

  #fail(operation: CrashedOperation, schedule: FaultSchedule, what: string): void {
    this.failures.push(`${operation}, ${schedule.firedAt ?? 'no fault'}: ${what}`)
  }
}

/** A crash after the last step leaves a repository; making it again then says so. */
async function createUnlessThere(store: ObjectStore): Promise<void> {
  try {
    await createSafetyRepository(store)
  } catch (error) {
    if (!isDbSnapError(error) || error.code !== 'REPOSITORY_EXISTS') throw error
  }
}
