import { createHash } from 'node:crypto'
import type { Randomness } from '../src/ports/system.ts'

/** Bytes that follow from a seed alone: for golden bytes in tests. Never for keys of anything real. */
export function seededRandomness(seed: string): Randomness {
  let calls = 0
  return {
    bytes(length) {
      const blocks: Buffer[] = []
      for (let i = 0; i * 32 < length; i++) blocks.push(createHash('sha256').update(`${seed}/${calls}/${i}`).digest())
      calls++
      return Buffer.concat(blocks).subarray(0, length)
    },
  }
}
