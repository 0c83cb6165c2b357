import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { withClient } from './bench-server.ts'
import { changeRandom } from './orders-database.ts'
import { changedAt } from './orders-round.ts'
import { SnapshotRepository } from './snapshot-repository.ts'
import { copyOrders, type Workbench } from './workbench.ts'

/** A first snapshot and then many in a row, other random orders changed before each: what a schedule costs. */
export async function measureSeries(bench: Workbench, snapshots: number): Promise<void> {
  const url = await copyOrders(bench, 'series')
  const ours = await SnapshotRepository.create(bench, 'ours-series')
  await ours.take('seriesFirst', url)
  for (let round = 1; round <= snapshots; round++) {
    await withClient(url, (client) => changeRandom(client, changedAt(bench.scale), 100 + round, bench.scale))
    await ours.take('seriesNext', url)
  }
  await bench.server.drop('series')
  await rm(join(bench.folder, 'ours-series'), { recursive: true, force: true })
}
