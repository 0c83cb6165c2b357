import { expect, it } from 'vitest'
import { runPruneTorture } from '../src/index.ts'

/** `npm run prove -- --only prune` takes ten minutes, and demands numbers. */
const MILLISECONDS = 15_000

it('two writers and two prunes, killed and suspended at work, lose nothing and leave nothing', async () => {
  const result = await runPruneTorture({ end: AbortSignal.timeout(MILLISECONDS) })
  expect(result.failures).toEqual([])
  for (const count of [result.takes, result.prunes, result.deleting, result.killed]) expect(count).toBeGreaterThan(0)
})
