import { expect, it } from 'vitest'
import { ManualClock } from '../../test/support/memory-database.ts'
import type { Progress } from '../ports/progress.ts'
import { ProgressMeter } from './progress-meter.ts'

it('progress adds up, and is told ten times a second and at every phase', () => {
  const clock = new ManualClock()
  const told: Progress[] = []
  const meter = new ProgressMeter(clock, 'take', (progress) => told.push(progress))
  meter.expect(10, 100)
  meter.expect(5, 50)
  for (let i = 0; i < 10; i++) {
    meter.add('orders', { records: 1, bytes: 10 })
    clock.advance(30)
  }
  meter.stored(77)
  meter.phase('done')
  expect(told.map(({ records, phase }) => [records, phase])).toEqual([
    [1, 'reading'],
    [5, 'reading'],
    [9, 'reading'],
    [10, 'done'],
  ])
  expect(told.at(-1)).toEqual({
    operation: 'take',
    phase: 'done',
    collection: 'orders',
    records: 10,
    totalRecords: 15,
    bytes: 100,
    totalBytes: 150,
    storedBytes: 77,
  })
})
