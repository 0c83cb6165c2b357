import { expect, test } from 'vitest'
import { baselineOf, findRegressions } from './compare-ratios.ts'
import type { HistoryEntry } from './history.ts'

const machine = { cpu: 'one', cores: 2, memoryGb: 8, node: 'v24.0.0' }

function entry(firstToBare: number, more: Partial<HistoryEntry> = {}): HistoryEntry {
  const date = '2026-01-01T00:00:00.000Z'
  return {
    date,
    machine,
    kind: 'orders',
    scale: 1,
    runs: 5,
    load: 0,
    tools: {},
    ratios: { firstToBare },
    measures: {},
    ...more,
  }
}

test('the baseline is the last five runs of the same scale', () => {
  const history = [1, 2, 3, 4, 5, 6].map((value) => entry(value))
  const others = [entry(9, { scale: 0.1 }), entry(9, { kind: 'size' })]
  expect(baselineOf([...history, ...others], 1, machine)).toEqual(history.slice(1))
})

test('runs of a machine like this one come before others', () => {
  const elsewhere = entry(2, { machine: { ...machine, cpu: 'another' } })
  const here = entry(1)
  expect(baselineOf([here, elsewhere], 1, machine)).toEqual([here])
  expect(baselineOf([elsewhere], 1, machine)).toEqual([elsewhere])
})

test('more than 5 % above the median is worse', () => {
  const baseline = [entry(1.1), entry(1.2), entry(3)]
  expect(findRegressions({ firstToBare: 1.25 }, baseline)).toEqual([])
  expect(findRegressions({ firstToBare: 1.27 }, baseline)).toEqual([{ name: 'firstToBare', before: 1.2, now: 1.27 }])
})

test('a tiny value may be worse by its slack', () => {
  const baseline = [entry(1, { ratios: { randomShare: 0.003, diffScatteredToBare: 0.02 } })]
  expect(findRegressions({ randomShare: 0.0034, diffScatteredToBare: 0.035 }, baseline)).toEqual([])
  expect(findRegressions({ randomShare: 0.0036 }, baseline)).toHaveLength(1)
})

test('what another tool does, and what either side lacks, is not compared', () => {
  const baseline = [entry(1, { ratios: { resticRandomShare: 0.5 } })]
  expect(findRegressions({ resticRandomShare: 0.9, againToBare: 9 }, baseline)).toEqual([])
})
