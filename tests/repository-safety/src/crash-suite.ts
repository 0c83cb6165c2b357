import { isDeepStrictEqual } from 'node:util'
import { atEveryStep, type FaultSchedule, faultyStore, type MemoryDatabase } from '@dbsnap/adapter-test-kit'
import { isDbSnapError, memory, type ObjectStore } from '@dbsnap/core'
import { prepareBases } from './crash-bases.ts'
import { CRASHED_OPERATIONS, type CrashedOperation, type CrashedRun, crashedRuns } from './crash-operations.ts'
import { openSafetyRepository } from './safety-repository.ts'
import { copyOfStore, type Rows, rowsOf, rowsOfSnapshot, smallShop } from './small-shop.ts'

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
  const database = smallShop({ rows: options.rows ?? 1500 })
  const bases = await prepareBases(database)
  const runs = crashedRuns(bases, database)
  const suite = new CrashSuite(database, bases.rows)
  const faults = new Map<CrashedOperation, number>()
  for (const operation of operations) {
    let fired = 0
    for (const calls of [['put', 'delete'] as const, ['get', 'list', 'stat'] as const]) {
      for (const dead of [true, false]) {
        const attempt = (schedule: FaultSchedule) =>
          suite.crash(operation, runs[operation], schedule, (store) => faultyStore(store, schedule, { calls }))
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
  /** By snapshot of the bases. */
  readonly #rows: ReadonlyMap<string, Rows>

  constructor(database: MemoryDatabase, rows: ReadonlyMap<string, Rows>) {
    this.#database = database
    this.#rows = rows
  }

  async crash(
    operation: CrashedOperation,
    crashed: CrashedRun,
    schedule: FaultSchedule,
    failing: Failing,
  ): Promise<void> {
    const { base, prepare, run, runAgain = run, fault, repairs = false } = crashed
    const fail = (what: string): void => {
      this.failures.push(`${operation}, ${schedule.firedAt ?? 'no fault'}: ${what}`)
    }
    const store = base === undefined ? memory() : await copyOfStore(base)
    await prepare?.(store)
    try {
      await run(failing(store))
    } catch (error) {
      if (!isDbSnapError(error)) fail(`threw ${String(error)}`)
    }
    try {
      await this.#judge(crashed, store, fail, repairs && schedule.firedAt !== undefined)
      await runAgain(store)
      await this.#judge(crashed, store, fail)
      const left = await fault?.(await openSafetyRepository(store), store)
      if (left !== undefined) fail(left)
    } catch (error) {
      fail(`afterwards ${String(error)}`)
    }
  }

  /** What must hold after a crash, and after the operation was run again. `repairs`: it was not, and there is something to repair. */
  async #judge(
    { base, forgets = 0 }: CrashedRun,
    store: ObjectStore,
    fail: (what: string) => void,
    repairs = false,
  ): Promise<void> {
    if ((await store.stat('config')) === undefined && base === undefined) return
    const repository = await openSafetyRepository(store)
    const report = await repository.check({ readFraction: 1, repairIndex: repairs })
    if (!report.sound) fail(`not sound: ${JSON.stringify(report.damage)}`)
    const snapshots = await repository.list()
    const originals = new Set(snapshots.map(({ id, copiedFrom }) => copiedFrom?.snapshot ?? id))
    const before = base === undefined ? [] : await (await openSafetyRepository(base)).list()
    const kept = before.slice(0, before.length - forgets).map(({ id, copiedFrom }) => copiedFrom?.snapshot ?? id)
    if (!kept.every((id) => originals.has(id))) fail('a snapshot is gone')
    for (const { id, copiedFrom } of snapshots) {
      const expected = this.#rows.get(copiedFrom?.snapshot ?? id) ?? rowsOf(this.#database)
      if (!isDeepStrictEqual(await rowsOfSnapshot(repository, id), expected)) fail(`snapshot ${id} reads other rows`)
    }
  }
}
