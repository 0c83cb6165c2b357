import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { appendHistory, type HistoryEntry, mediansOf, readHistory, roundedRatios } from './history.ts'
import { MeasureLog } from './measure-log.ts'

test('entries are read as they were appended; no file is an empty history', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dbsnap-history-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'history.ndjson')
  expect(await readHistory(file)).toEqual([])
  const log = new MeasureLog()
  log.add('takeFirst', { seconds: 1.23456, storedBytes: 123_456 })
  log.add('takeFirst', { seconds: 3.23456 })
  const entry: HistoryEntry = {
    date: '2026-01-01T00:00:00.000Z',
    machine: { cpu: 'one', cores: 2, memoryGb: 8, node: 'v24.0.0' },
    kind: 'orders',
    scale: 1,
    runs: 2,
    load: 0,
    tools: {},
    ratios: roundedRatios({ firstToBare: 1.23456 }),
    measures: mediansOf(log.measures()),
  }
  await appendHistory(file, entry)
  await appendHistory(file, { ...entry, scale: 0.1 })
  expect(await readHistory(file)).toEqual([entry, { ...entry, scale: 0.1 }])
  expect(entry.measures).toEqual({ takeFirst: { seconds: 2.235, storedBytes: 123_500 } })
  expect(entry.ratios).toEqual({ firstToBare: 1.235 })
})
