import { withClient } from './bench-server.ts'
import type { Measures } from './figures.ts'
import { changeRandom, FULL_ORDERS, ordersAt } from './orders-database.ts'
import { changedAt } from './orders-round.ts'
import { measureBareCopy } from './plain-dumps.ts'
import { SnapshotRepository } from './snapshot-repository.ts'
import { copyOrders, openWorkbench, type WorkbenchOptions } from './workbench.ts'

/** COPY text of an order, on average at scale 1. */
const ORDER_BYTES = 240

export interface SizeBenchmarkOptions extends Omit<WorkbenchOptions, 'scale'> {
  /** COPY text that the orders are to have, about. */
  readonly bytes: number
}

export interface SizeFigures {
  readonly scale: number
  readonly orders: number
  readonly changedOrders: number
  readonly measures: Measures
}

/** Take, take again, diff, restore and export of a large database, once each: duration, CPU seconds, peak memory. */
export async function runSizeBenchmark(options: SizeBenchmarkOptions): Promise<SizeFigures> {
  const scale = options.bytes / ORDER_BYTES / FULL_ORDERS
  await using bench = await openWorkbench({ ...options, scale })
  const url = await copyOrders(bench, 'large')
  await measureBareCopy(bench, url)
  const ours = await SnapshotRepository.create(bench, 'ours')
  await ours.take('takeFirst', url)
  const again = await ours.take('takeAgain', url)
  await withClient(url, (client) => changeRandom(client, changedAt(scale), 1, scale))
  const random = await ours.take('takeRandom', url)
  await ours.diff('diffRandom', again, { snapshot: random }, changedAt(scale))
  await ours.export(random)
  await bench.server.drop('large')
  await ours.restore(random, await bench.server.create('restored'))
  return { scale, orders: ordersAt(scale), changedOrders: changedAt(scale), measures: bench.log.measures() }
}
