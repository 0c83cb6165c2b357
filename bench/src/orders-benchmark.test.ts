import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runOrdersBenchmark } from './orders-benchmark.ts'
import { runSizeBenchmark } from './size-benchmark.ts'

const usual = process.env.TMPDIR
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dbsnap-bench-test-'))
  process.env.TMPDIR = folder
})

afterAll(async () => {
  if (usual === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = usual
  await rm(folder, { recursive: true })
})

/** The cache of prepared clusters is meant to stay. */
const leftBehind = async () => (await readdir(folder)).filter((name) => name !== 'dbsnap-cache')

test('a small run measures every part of ours, finds every change, and leaves nothing behind', async () => {
  const lines: string[] = []
  const { measures, ratios, orders, changedOrders } = await runOrdersBenchmark({
    scale: 0.002,
    runs: 1,
    snapshots: 1,
    only: ['bare', 'diff', 'series'],
    onProgress: (line) => lines.push(line),
  })
  expect([orders, changedOrders]).toEqual([4000, 40])
  expect(measures.bareCopy?.seconds.count).toBe(2)
  expect(measures.takeFirst?.storedBytes?.median).toBeGreaterThan(100_000)
  expect(measures.takeFirst?.peakBytes?.median).toBeGreaterThan(50e6)
  expect(measures.takeFirst?.processSeconds?.median).toBeGreaterThan(measures.takeFirst?.seconds.median as number)
  expect(ratios.firstToBare).toBeGreaterThan(1)
  expect(ratios.seriesShare).toBeLessThan(0.1)
  expect(ratios.firstToRestic).toBeUndefined()
  expect(lines.some((line) => line.startsWith('diffLive'))).toBe(true)
  expect(await leftBehind()).toEqual([])
})

test('a large database is measured once, with memory', async () => {
  const { measures } = await runSizeBenchmark({ bytes: 500_000 })
  for (const name of ['takeFirst', 'takeAgain', 'takeRandom', 'diffRandom', 'restore', 'export'] as const) {
    expect(measures[name], name).toMatchObject({ cpuSeconds: { count: 1 }, peakBytes: { count: 1 } })
  }
  expect(measures.restore?.seconds.median).toBeGreaterThan(measures.restoreWithoutProof?.seconds.median as number)
})

test('an interrupted run ends at once and leaves nothing behind', async () => {
  const interrupt = new AbortController()
  const running = runOrdersBenchmark({
    scale: 0.002,
    only: ['bare', 'take'],
    signal: interrupt.signal,
    onProgress: (line) => {
      if (line.startsWith('bareCopy')) interrupt.abort(new Error('enough'))
    },
  })
  await expect(running).rejects.toThrow('enough')
  expect(await leftBehind()).toEqual([])
})
