import type { Measures } from './figures.ts'
import { ordersAt } from './orders-database.ts'
import { changedAt, measureRound, PARTS, type Part } from './orders-round.ts'
import { measureSeries } from './orders-series.ts'
import { type Ratios, ratiosOf } from './ratios.ts'
import { openWorkbench, type WorkbenchOptions } from './workbench.ts'

export interface OrdersBenchmarkOptions extends Partial<WorkbenchOptions> {
  /** Rounds, of which medians are taken. Default 5. */
  readonly runs?: number
  /** Snapshots in the series after its first. Default 30. */
  readonly snapshots?: number
  /** Default: all parts. */
  readonly only?: readonly Part[]
}

export interface OrdersFigures {
  readonly scale: number
  readonly orders: number
  readonly changedOrders: number
  readonly runs: number
  readonly snapshots: number
  /** Versions of the programs we are compared with. */
  readonly tools: Readonly<Record<string, string>>
  /** Programs that are missing; what they would have measured is absent below. */
  readonly missing: readonly string[]
  readonly measures: Measures
  readonly ratios: Ratios
}

/**
 * Measures the orders benchmark on a server of its own and leaves nothing behind. A missing program leaves its rows out.
 * Fails when a diff does not find what was changed, or with the signal's reason.
 *
 * @example
 * const { ratios } = await runOrdersBenchmark({ scale: 0.1, runs: 3, only: ['bare', 'take'] })
 */
export async function runOrdersBenchmark(options: OrdersBenchmarkOptions = {}): Promise<OrdersFigures> {
  const { scale = 1, runs = 5, snapshots = 30 } = options
  const parts = new Set(options.only ?? PARTS)
  await using bench = await openWorkbench({ ...options, scale })
  const rounds = [...parts].some((part) => part !== 'series') ? runs : 0
  for (let round = 1; round <= rounds; round++) {
    bench.say(`round ${round} of ${rounds}`)
    await measureRound(bench, round, parts)
  }
  if (parts.has('series')) await measureSeries(bench, snapshots)
  const measures = bench.log.measures()
  const found = Object.entries(bench.tools).map(([name, { version }]) => [name, version])
  const tools: Record<string, string> = Object.fromEntries(found)
  return {
    ...{ scale, runs, snapshots, tools, measures },
    orders: ordersAt(scale),
    changedOrders: changedAt(scale),
    missing: ['pg_dump', 'pg_restore', 'restic', 'zstd'].filter((name) => !(name in tools)),
    ratios: ratiosOf(measures),
  }
}
