import type { BenchmarkOptions } from './benchmark-options.ts'
import { baselineOf, findRegressions } from './compare-ratios.ts'
import { measuresTable, ratiosTable, shownRatio } from './figures-table.ts'
import { appendHistory, mediansOf, readHistory, roundedRatios } from './history.ts'
import { loadNow, thisMachine } from './machine.ts'
import { type OrdersFigures, runOrdersBenchmark } from './orders-benchmark.ts'
import { ratioDefinition } from './ratios.ts'

/** Where a benchmark's figures are kept, and what ends it early. */
export interface BenchSetting {
  readonly history: URL
  readonly signal: AbortSignal
}

/** Load average of a machine that does nothing else. */
const QUIET_LOAD = 0.5

/** Measures the orders, prints, compares, keeps. Resolves to the exit code: 1 where a ratio became worse. */
export async function benchOrders(options: BenchmarkOptions, { history, signal }: BenchSetting): Promise<number> {
  const { scale, runs, snapshots, only } = options
  const load = loadNow()
  const figures = await runOrdersBenchmark({
    ...{ scale, runs, snapshots, signal },
    ...(only === undefined ? {} : { only }),
    onProgress: (line) => console.error(line),
  })
  print(figures)
  if (load > QUIET_LOAD)
    console.log(
      `\nNOT QUIET  the load average was ${load} before the run: others were busy, and times are worse for it`,
    )
  const isWorse = options.compare && (await hasRegressions(figures, history))
  // A part alone has no ratios to compare with, and what was refused must not become what the next run is held to.
  if (only === undefined && !isWorse) await keep(figures, load, history)
  return isWorse ? 1 : 0
}

function print(figures: OrdersFigures): void {
  const { cpu, cores, memoryGb, node } = thisMachine()
  const { orders, changedOrders, runs, tools, missing } = figures
  const versions = Object.entries(tools).map(([name, version]) => `${name} ${version}`)
  console.log(`${orders} orders, ${changedOrders} changed at a time, median of ${runs}, ${new Date().toISOString()}`)
  console.log(`${cpu}, ${cores} cores, ${memoryGb} GB, Node.js ${node}, ${versions.join(', ')}\n`)
  console.log(`${measuresTable(figures.measures)}\n\n${ratiosTable(figures.ratios)}`)
  for (const name of missing) console.log(`\nSKIPPED  ${name} is missing or too old: no row that needs it was measured`)
}

async function hasRegressions({ scale, ratios }: OrdersFigures, history: URL): Promise<boolean> {
  const baseline = baselineOf(await readHistory(history), scale, thisMachine())
  if (baseline.length === 0) {
    console.log(`\nNOT COMPARED  the history has no run at scale ${scale}`)
    return false
  }
  const regressions = findRegressions(ratios, baseline)
  for (const { name, before, now } of regressions) {
    console.log(`\nWORSE  ${ratioDefinition(name).title}: ${shownRatio(name, before)} -> ${shownRatio(name, now)}`)
  }
  if (regressions.length === 0) console.log(`\nno ratio is worse than in the last ${baseline.length} runs`)
  return regressions.length > 0
}

function keep({ scale, runs, tools, ratios, measures }: OrdersFigures, load: number, history: URL): Promise<void> {
  return appendHistory(history, {
    date: new Date().toISOString(),
    machine: thisMachine(),
    kind: 'orders',
    ...{ scale, runs, load, tools },
    ratios: roundedRatios(ratios),
    measures: mediansOf(measures),
  })
}
