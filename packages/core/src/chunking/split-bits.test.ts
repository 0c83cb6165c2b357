import { expect, it } from 'vitest'
import { INHERITED_CHUNK_BYTES, TARGET_CHUNK_BYTES } from './chunk-limits.ts'
import { mayInheritSplitBits, splitBitsFor } from './split-bits.ts'

it('the split parameter makes chunks of about the target, of one record at least', () => {
  for (const recordBytes of [1, 10, 100, 1000, 10_000]) {
    const average = recordBytes * 2 ** splitBitsFor(500, 500 * recordBytes)
    expect(average).toBeGreaterThan(TARGET_CHUNK_BYTES / 1.5)
    expect(average).toBeLessThan(TARGET_CHUNK_BYTES * 1.5)
  }
  expect(splitBitsFor(2, 4_000_000)).toBe(0)
  expect(splitBitsFor(0, 0)).toBe(0)
  expect(splitBitsFor(10, 1, 1e9)).toBe(20)
})

it('the split parameter is inherited while the average chunk is within bounds, or cannot be cut better', () => {
  expect(mayInheritSplitBits(9, 0, 0)).toBe(true)
  for (const [recordBytes, inherits] of [
    [INHERITED_CHUNK_BYTES.least / 512 - 1, false],
    [INHERITED_CHUNK_BYTES.least / 512, true],
    [INHERITED_CHUNK_BYTES.most / 512, true],
    [INHERITED_CHUNK_BYTES.most / 512 + 1, false],
  ] as const) {
    expect(mayInheritSplitBits(9, 10_000, 10_000 * recordBytes), `${recordBytes}`).toBe(inherits)
  }
  // All in one chunk, one record a chunk, and as many records a chunk as there may be.
  expect(mayInheritSplitBits(9, 100, 100)).toBe(true)
  expect(mayInheritSplitBits(0, 10, 10_000_000)).toBe(true)
  expect(mayInheritSplitBits(20, 2 ** 21, 1000)).toBe(true)
})
