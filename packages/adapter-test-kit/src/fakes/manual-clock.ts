import { InterruptedError } from '@dbsnap/core/errors'
import type { Clock } from '@dbsnap/core/ports'

/** A clock that stands still until a test moves it. Sleepers wake in the order of their times. */
export class ManualClock implements Clock {
  #now: number
  #sleepers: { readonly until: number; readonly wake: () => void }[] = []

  /** Default start: 2024-01-01T00:00:00Z. */
  constructor(start = new Date(Date.UTC(2024, 0, 1))) {
    this.#now = start.getTime()
  }

  now(): Date {
    return new Date(this.#now)
  }

  monotonic(): number {
    return this.#now
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const interrupted = (): void => {
        this.#sleepers = this.#sleepers.filter((candidate) => candidate !== sleeper)
        reject(new InterruptedError('interrupted while waiting', { hint: 'Run it again.' }))
      }
      const wake = (): void => {
        signal?.removeEventListener('abort', interrupted)
        resolve()
      }
      const sleeper = { until: this.#now + milliseconds, wake }
      if (signal?.aborted) return interrupted()
      signal?.addEventListener('abort', interrupted, { once: true })
      this.#sleepers.push(sleeper)
    })
  }

  /** How many are asleep. */
  get sleepers(): number {
    return this.#sleepers.length
  }

  /** Moves the time on and wakes whose time has come. */
  advance(milliseconds: number): void {
    this.#now += milliseconds
    const due = this.#sleepers.filter((sleeper) => sleeper.until <= this.#now).sort((a, b) => a.until - b.until)
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.until > this.#now)
    for (const sleeper of due) sleeper.wake()
  }
}
