import { expect, it } from 'vitest'
import { CRASHED_OPERATIONS, runBitFlipSuite, runCrashSuite, runResumeSuite } from '../src/index.ts'

it('a crash at any call of any operation leaves a repository that checks clean, and the operation can be run again', async () => {
  const { faults, failures } = await runCrashSuite({ rows: 200, stride: 4 })
  expect(failures).toEqual([])
  for (const operation of CRASHED_OPERATIONS) expect(faults.get(operation)).toBeGreaterThan(1)
}, 300_000)

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
