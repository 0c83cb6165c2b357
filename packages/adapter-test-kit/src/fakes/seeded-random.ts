import type { Randomness } from '@dbsnap/core/ports'

/** Repeatable randomness for tests (mulberry32, public domain): the same seed gives the same bytes. Protects nothing. */
export class SeededRandom implements Randomness {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    for (let i = 0; i < length; i++) bytes[i] = this.#next() >>> 24
    return bytes
  }

  /** A whole number from 0 up to, and without, `limit`. */
  below(limit: number): number {
    return Math.floor((this.#next() / 2 ** 32) * limit)
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}
