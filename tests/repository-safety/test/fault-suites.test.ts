import { describe, expect, it } from 'vitest'
import { CRASHED_OPERATIONS, runBitFlipSuite, runCrashSuite, runResumeSuite } from '../src/index.ts'

describe('a crash at a call leaves a repository that checks clean, and the operation can be run again', () => {
  it.each(CRASHED_OPERATIONS)('%s', async (operation) => {
    // Every third call of each kind; `npm run prove` takes them all.
    const { faults, failures } = await runCrashSuite({ operations: [operation], rows: 200, stride: 3 })
    expect(failures).toEqual([])
    expect(faults.get(operation)).toBeGreaterThan(3)
  })
})

it('a flipped bit in any file is found by a check, and no restore writes a wrong row', async () => {
  const { flips, refused, failures } = await runBitFlipSuite({ bitsPerFile: 6 })
  expect(failures).toEqual([])
  for (const folder of ['config', 'keys', 'packs', 'index', 'snapshots']) expect(flips.get(folder)).toBeGreaterThan(5)
  expect(refused).toBeGreaterThan(20)
})

it('a take that was interrupted half-way is gone on with: the next one stores the other half', async () => {
  const { whole, first, second, sound } = await runResumeSuite(250_000_000)
  expect(sound).toBe(true)
  expect(first).toBeGreaterThan(whole / 3)
  expect(first + second).toBeLessThan(whole * 1.01)
})
