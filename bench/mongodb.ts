/** `node bench/mongodb.ts [orders] [runs]` after a build: medians of takes and restores of MongoDB beside its own tools, as on the PATH. */

import { loadNow, thisMachine } from './src/machine.ts'
import { runMongoBenchmark } from './src/mongodb-benchmark.ts'

const [orders = '2000000', runs = '3'] = process.argv.slice(2)
const interrupt = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort(new Error(name)))
console.log(JSON.stringify({ ...thisMachine(), load: loadNow(), orders: Number(orders), runs: Number(runs) }))
const figures = await runMongoBenchmark({
  orders: Number(orders),
  runs: Number(runs),
  signal: interrupt.signal,
  say: (line) => console.error(line),
})
for (const [name, { seconds, bytes }] of Object.entries(figures)) {
  const size = bytes === undefined ? '' : `${(bytes / 1e6).toFixed(1).padStart(9)} MB`
  console.log(`${name.padEnd(30)} ${seconds.toFixed(2).padStart(7)} s ${size}`)
}
