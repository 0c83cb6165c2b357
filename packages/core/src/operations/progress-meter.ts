import type { Progress, ProgressListener } from '../ports/progress.ts'
import type { Clock } from '../ports/system.ts'

const INTERVAL_MILLISECONDS = 100

type Counters = Pick<Progress, 'records' | 'bytes'>

/** Adds up what an operation has done and tells a listener about ten times a second. */
export class ProgressMeter {
  readonly #clock: Clock
  readonly #listener: ProgressListener | undefined
  #state: Progress
  #told = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, operation: Progress['operation'], listener: ProgressListener | undefined) {
    this.#clock = clock
    this.#listener = listener
    this.#state = { operation, phase: 'reading', records: 0, totalRecords: 0, bytes: 0, totalBytes: 0, storedBytes: 0 }
  }

  expect(records: number, bytes: number): void {
    this.#state = {
      ...this.#state,
      totalRecords: this.#state.totalRecords + records,
      totalBytes: this.#state.totalBytes + bytes,
    }
  }

  add(collection: string, { records, bytes }: Counters): void {
    this.#state = {
      ...this.#state,
      collection,
      records: this.#state.records + records,
      bytes: this.#state.bytes + bytes,
    }
    this.#tell(false)
  }

  stored(bytes: number): void {
    this.#state = { ...this.#state, storedBytes: bytes }
  }

  phase(phase: string): void {
    this.#state = { ...this.#state, phase }
    this.#tell(true)
  }

  #tell(always: boolean): void {
    if (this.#listener === undefined) return
    const now = this.#clock.monotonic()
    if (!always && now - this.#told < INTERVAL_MILLISECONDS) return
    this.#told = now
    this.#listener(this.#state)
  }
}
