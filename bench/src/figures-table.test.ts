import { expect, test } from 'vitest'
import { measuresTable, ratiosTable } from './figures-table.ts'
import { MeasureLog } from './measure-log.ts'
import { ratiosOf } from './ratios.ts'

test('medians and spreads of what was measured, ratios of what has both sides', () => {
  const log = new MeasureLog()
  for (const seconds of [5, 4, 9]) log.add('bareCopy', { seconds })
  for (const seconds of [6, 7]) log.add('takeFirst', { seconds, storedBytes: 200e6, peakBytes: 150e6 })
  log.add('takeRandom', { seconds: 5, storedBytes: 1e6 })
  log.add('resticFirst', { seconds: 13, storedBytes: 160e6 })
  const measures = log.measures()
  expect(measuresTable(measures)).toMatchInlineSnapshot(`
    "| measured | seconds | min-max | process s | CPU s | peak MB | stored MB |
    | --- | ---: | ---: | ---: | ---: | ---: | ---: |
    | bareCopy | 5.00 | 4.00-9.00 |  |  |  |  |
    | takeFirst | 6.50 | 6.00-7.00 |  |  | 150 | 200.000 |
    | takeRandom | 5.00 | 5.00-5.00 |  |  |  | 1.000 |
    | resticFirst | 13.00 | 13.00-13.00 |  |  |  | 160.000 |"
  `)
  expect(ratiosTable(ratiosOf(measures))).toMatchInlineSnapshot(`
    "| ratio of medians |  |
    | --- | ---: |
    | first take / bare COPY | 1.300 |
    | first take / pg_dump \\| restic, first | 0.500 |
    | random rows changed / bare COPY | 1.000 |
    | stored by the first take / by restic | 1.250 |
    | random rows changed, stored / first | 0.50 % |"
  `)
})
