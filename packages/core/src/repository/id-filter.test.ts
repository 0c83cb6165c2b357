import { expect, it } from 'vitest'
import { seededRandomness } from '../../test/seeded-randomness.ts'
import { IdFilter } from './id-filter.ts'

it('a filter holds what was added, and of other ids few', () => {
  const random = seededRandomness('filter')
  const ids = random.bytes(20 * 10_000)
  const filter = new IdFilter(10_000)
  for (let at = 0; at < ids.length; at += 20) filter.add(ids, at)
  for (let at = 0; at < ids.length; at += 20) expect(filter.mayHold(ids.subarray(at, at + 20))).toBe(true)
  let wrong = 0
  for (let i = 0; i < 10_000; i++) if (filter.mayHold(random.bytes(20))) wrong++
  expect(wrong).toBeLessThan(100)
})
