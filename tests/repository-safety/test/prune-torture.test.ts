import { expect, it } from 'vitest'
import { runPruneTorture } from '../src/index.ts'

/** Enough for one process to be killed and one to be suspended. `npm run prove -- --only prune` goes on for ten minutes. */
const LEAST = { taken: 15, deleting: 3, sparing: 1 }
/** Milliseconds: a quarter of a minute on a machine with nothing else to do. */
const TIMEOUT = 120_000

it('two writers and two prunes, killed and suspended at work, lose nothing and leave nothing', {
  timeout: 2 * TIMEOUT,
}, async () => {
  const seen = { taken: 0, deleting: 0, sparing: 0 }
  const end = new AbortController()
  const result = await runPruneTorture({
    end: AbortSignal.any([end.signal, AbortSignal.timeout(TIMEOUT)]),
    onEvent: (_, event) => {
      if (event.event === 'taken') seen.taken++
      if (event.event === 'pruned' && event.deleted > 0) seen.deleting++
      if (event.event === 'pruned' && event.spared > 0) seen.sparing++
      if (seen.taken >= LEAST.taken && seen.deleting >= LEAST.deleting && seen.sparing >= LEAST.sparing) end.abort()
    },
  })
  expect(result.failures).toEqual([])
  expect(end.signal.aborted).toBe(true)
})
