import { StoreFailedError } from '@dbsnap/core/errors'

/** What goes wrong, and when. */
export interface Fault {
  /** The step that fails, counted from 1. */
  readonly step: number
  /** `before`: nothing of the step was done. `after`: all of it was, and only the answer is lost. Default `before`. */
  readonly when?: 'before' | 'after'
  /** Whether every later step fails too, as if the process or the disk had died. Default true. */
  readonly dead?: boolean
}

/**
 * Counts the steps of an operation and makes one of them fail. Steps are what the wrapped thing announces: the calls
 * of a store, of a file system. A test whose fault never fires proves nothing: ask `expectFired` at its end.
 */
export class FaultSchedule {
  readonly #fault: Fault | undefined
  #steps = 0
  #firedAt: string | undefined

  constructor(fault?: Fault) {
    this.#fault = fault
  }

  /** Steps so far. */
  get steps(): number {
    return this.#steps
  }

  /** What was going on when the fault fired, or undefined. */
  get firedAt(): string | undefined {
    return this.#firedAt
  }

  /** Runs one step, named for messages, unless it is the one that fails. */
  async step<T>(name: string, effect: () => Promise<T>): Promise<T> {
    const fault = this.#fault
    const step = ++this.#steps
    if (fault === undefined || step < fault.step || (step > fault.step && fault.dead === false)) return effect()
    if (step > fault.step) throw failure(name, 'dead since an earlier step')
    this.#firedAt = `step ${step}, ${fault.when ?? 'before'} ${name}`
    if (fault.when === 'after') await effect()
    throw failure(name, 'told to fail')
  }

  /** Throws if the fault was never reached. */
  expectFired(): void {
    if (this.#fault !== undefined && this.#firedAt === undefined) {
      throw new Error(`the fault at step ${this.#fault.step} never fired: there were ${this.#steps} steps`)
    }
  }
}

function failure(name: string, why: string): StoreFailedError {
  return new StoreFailedError(`${name}: ${why}`, { hint: 'A test wants this failure.' })
}

/** `at` and `when` of one run of `atEveryStep`. */
export interface EveryStepOptions {
  /** Default both. */
  readonly when?: readonly ('before' | 'after')[]
  readonly dead?: boolean
  /** Tries step 1, 1 + stride, ...; default 1, every step. */
  readonly stride?: number
}

/**
 * Runs `attempt` with a fault at step 1, then 2, and so on, until one run ends without reaching its fault. Returns how
 * many faults fired; throws if none did.
 */
export async function atEveryStep(
  attempt: (schedule: FaultSchedule) => Promise<void>,
  options: EveryStepOptions = {},
): Promise<number> {
  let fired = 0
  for (const when of options.when ?? ['before', 'after']) {
    for (let step = 1; ; step += options.stride ?? 1) {
      const schedule = new FaultSchedule({ step, when, dead: options.dead ?? true })
      await attempt(schedule)
      if (schedule.firedAt === undefined) break
      fired++
    }
  }
  if (fired === 0) throw new Error('no fault ever fired: the operation has no steps')
  return fired
}
