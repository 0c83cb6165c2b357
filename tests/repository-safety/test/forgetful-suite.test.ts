import { expect, it } from 'vitest'
import { runForgetfulSuite } from '../src/index.ts'

it('a machine that dies at any moment of a take, and forgets what was not synced, harms no snapshot', async () => {
  const result = await runForgetfulSuite({ crashes: 40, bytes: 1_000_000 })
  expect(result.failures).toEqual([])
  for (const count of [result.duringPacks, result.duringIndex, result.duringManifest]) expect(count).toBeGreaterThan(3)
})
