import { randomBytes } from 'node:crypto'
import type { Randomness } from '../ports/system.ts'

/** The operating system's generator, through OpenSSL. */
export class SystemRandomness implements Randomness {
  bytes(length: number): Buffer {
    return randomBytes(length)
  }
}
