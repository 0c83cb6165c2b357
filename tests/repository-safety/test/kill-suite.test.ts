import { expect, it } from 'vitest'
import { runKillSuite } from '../src/index.ts'

it('a process killed at any moment of a take harms no snapshot, and the next take uses what it left', async () => {
  const result = await runKillSuite({ kills: 8, bytes: 20_000_000 })
  expect(result.failures).toEqual([])
  expect(result.kills).toBe(8)
  for (const count of [result.duringPacks, result.duringIndex, result.duringManifest]) expect(count).toBeGreaterThan(0)
})
