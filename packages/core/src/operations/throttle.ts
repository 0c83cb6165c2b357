import type { Clock } from '../ports/system.ts'

/** Seconds of the allowed rate that may be used at once, so that a pause is not lost. */
const BURST_SECONDS = 0.1

/** Holds several streams together below a rate: `await pass(n)` before or after `n` bytes. */
export class Throttle {
  readonly #clock: Clock
  readonly #bytesPerMillisecond: number
  #free: number

  /** `bytesPerSecond`: Infinity for no limit. */
  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock
    this.#bytesPerMillisecond = bytesPerSecond / 1000
    this.#free = clock.monotonic()
  }

  async pass(bytes: number, signal?: AbortSignal): Promise<void> {
    if (this.#bytesPerMillisecond === Number.POSITIVE_INFINITY) return
    const now = this.#clock.monotonic()
    this.#free = Math.max(this.#free, now - BURST_SECONDS * 1000) + bytes / this.#bytesPerMillisecond
    if (this.#free > now) await this.#clock.sleep(this.#free - now, signal)
  }
}
