/** `npm run bench`: measures, prints medians and ratios, keeps them in the history. What and why: `docs/benchmarks.md`. */

import { benchOrders } from './src/bench-orders.ts'
import { benchSize } from './src/bench-size.ts'
import { parseBenchmarkOptions, USAGE } from './src/benchmark-options.ts'

const HISTORY = new URL('history.ndjson', import.meta.url)

async function main(): Promise<number> {
  const options = parseBenchmarkOptions(process.argv.slice(2))
  if (options.help) {
    console.log(USAGE)
    return 0
  }
  const interrupt = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort(new Error(name)))
  try {
    const setting = { history: HISTORY, signal: interrupt.signal }
    if (options.size === undefined) return await benchOrders(options, setting)
    await benchSize(options.size, setting)
    return 0
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    console.error('interrupted: the server is stopped and its data removed')
    return 130
  }
}

process.exitCode = await main()
