import type { BenchSetting } from './bench-orders.ts'
import { measuresTable } from './figures-table.ts'
import { appendHistory, mediansOf, rounded } from './history.ts'
import { loadNow, thisMachine } from './machine.ts'
import { runSizeBenchmark } from './size-benchmark.ts'

/** Measures one large database, prints, keeps. */
export async function benchSize(bytes: number, { history, signal }: BenchSetting): Promise<void> {
  const load = loadNow()
  const figures = await runSizeBenchmark({ bytes, signal, onProgress: (line) => console.error(line) })
  const machine = thisMachine()
  console.log(`${figures.orders} orders, ${figures.changedOrders} changed at random, once, ${new Date().toISOString()}`)
  console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Node.js ${machine.node}\n`)
  console.log(measuresTable(figures.measures))
  await appendHistory(history, {
    date: new Date().toISOString(),
    machine,
    kind: 'size',
    scale: rounded(figures.scale),
    runs: 1,
    load,
    tools: {},
    ratios: {},
    measures: mediansOf(figures.measures),
  })
}
