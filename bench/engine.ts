/**
 * `npm run bench:engine -- --engine mysql|mariadb|mongodb [--orders n] [--runs n]`: our take and restore beside the engine's own
 * programs on the same data, in turns; medians, and ratios within the same run. What and why: `docs/benchmarks.md`.
 */
import { parseArgs } from 'node:util'
import { ENGINE_RATIOS, runEngineBenchmark } from './src/engine-benchmark.ts'
import { loadNow, thisMachine } from './src/machine.ts'
import { openEngine } from './src/open-engine.ts'

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'mysql' },
    orders: { type: 'string', default: '2000000' },
    runs: { type: 'string', default: '3' },
  },
})
const interrupt = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort(new Error(name)))
const [orders, runs] = [Number(values.orders), Number(values.runs)]
console.log(JSON.stringify({ ...thisMachine(), load: loadNow(), engine: values.engine, orders, runs }))
const { measures, ratios, missing } = await runEngineBenchmark(() => openEngine(values.engine, orders), {
  runs,
  signal: interrupt.signal,
  say: (line) => console.error(line),
})
for (const name of missing) console.log(`${name} is not on this machine: its rows are left out`)
for (const [name, { seconds, storedBytes }] of Object.entries(measures)) {
  const stored = storedBytes === undefined ? '' : `${(storedBytes.median / 1e6).toFixed(3).padStart(10)} MB`
  console.log(`${name.padEnd(22)}${seconds.median.toFixed(2).padStart(8)} s ${stored}`)
}
for (const [name, value] of Object.entries(ratios)) {
  const { title } = ENGINE_RATIOS[name as keyof typeof ENGINE_RATIOS]
  console.log(`${title.padEnd(46)}${value.toFixed(4)}`)
}
