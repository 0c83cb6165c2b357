import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { withClient } from './bench-server.ts'
import { changeClustered, changeRandom, ordersAt } from './orders-database.ts'
import { measureBareCopy, measureCustomDump, measurePgRestore, measureZstdDump } from './plain-dumps.ts'
import { ResticRepository } from './restic-repository.ts'
import { SnapshotRepository } from './snapshot-repository.ts'
import { copyOrders, type Workbench } from './workbench.ts'

/** What can be measured by itself. `diff` and `restore` need snapshots, so they take them too. */
export const PARTS = ['bare', 'dump', 'zstd', 'restic', 'take', 'diff', 'restore', 'series'] as const
export type Part = (typeof PARTS)[number]

/** Orders that change between two snapshots: 20 000 of the 2 000 000. */
export const changedAt = (scale: number): number => Math.round(ordersAt(scale) / 100)
/** Orders that change for the smallest diff. */
export const SCATTERED_ORDERS = 10

/**
 * Everything once, on a fresh copy of the orders and in fresh repositories, one contender after the other: what slows the
 * machine down for a while meets all of them.
 */
export async function measureRound(bench: Workbench, round: number, parts: ReadonlySet<Part>): Promise<void> {
  const database = `round_${round}`
  const url = await copyOrders(bench, database)
  if (parts.has('bare')) await measureBareCopy(bench, url)
  if (parts.has('dump') || parts.has('restore')) await measureCustomDump(bench, url)
  if (parts.has('zstd')) await measureZstdDump(bench, url)
  const needsSnapshots = parts.has('take') || parts.has('diff') || parts.has('restore')
  const ours = needsSnapshots ? await SnapshotRepository.create(bench, 'ours') : undefined
  const restic = parts.has('restic') ? await ResticRepository.create(bench, 'restic') : undefined
  await restic?.backup('resticFirst', url)
  const first = await ours?.take('takeFirst', url)
  if (parts.has('bare')) await measureBareCopy(bench, url)
  await restic?.backup('resticAgain', url)
  const again = await ours?.take('takeAgain', url)
  await change(bench, url, 'clustered')
  await restic?.backup('resticClustered', url)
  const clustered = await ours?.take('takeClustered', url)
  await change(bench, url, 'random')
  await restic?.backup('resticRandom', url)
  const random = await ours?.take('takeRandom', url)
  if (parts.has('diff')) {
    await change(bench, url, 'scattered')
    const scattered = (await ours?.take('takeScattered', url)) as string
    await measureDiffs(bench, ours as SnapshotRepository, [again, clustered, random, scattered] as string[], url)
  }
  if (parts.has('restore')) await measureRestores(bench, ours as SnapshotRepository, first as string)
  await bench.server.drop(database)
  for (const name of ['ours', 'restic', 'restic-cache']) {
    await rm(join(bench.folder, name), { recursive: true, force: true })
  }
}

function change(bench: Workbench, url: string, kind: 'clustered' | 'random' | 'scattered'): Promise<void> {
  const { scale } = bench
  return withClient(url, (client) => {
    if (kind === 'clustered') return changeClustered(client, changedAt(scale), 1, scale)
    return kind === 'random'
      ? changeRandom(client, changedAt(scale), 2, scale)
      : changeRandom(client, SCATTERED_ORDERS, 3, scale)
  })
}

/** Each pair of neighbours; and the last but one against the database, which is at the last. */
async function measureDiffs(
  { scale }: Workbench,
  ours: SnapshotRepository,
  snapshots: readonly string[],
  url: string,
): Promise<void> {
  const [again, clustered, random, scattered] = snapshots as [string, string, string, string]
  await ours.diff('diffClustered', again, { snapshot: clustered }, changedAt(scale))
  await ours.diff('diffRandom', clustered, { snapshot: random }, changedAt(scale))
  await ours.diff('diffScattered', random, { snapshot: scattered }, SCATTERED_ORDERS)
  await ours.diff('diffLive', random, { url }, SCATTERED_ORDERS)
}

async function measureRestores(bench: Workbench, ours: SnapshotRepository, first: string): Promise<void> {
  await measurePgRestore(bench, 'pg_restored')
  const url = await bench.server.create('restored')
  await ours.restore(first, url)
  await bench.server.drop('restored')
}
