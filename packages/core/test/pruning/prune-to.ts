import type { ObjectStore } from '../../src/ports/object-store.ts'
import type { PrunePacksOptions, PruneReport } from '../../src/repository/pruning/prune-report.ts'
import type { NeededObjects } from '../../src/repository/pruning/root-source.ts'
import type { ObjectId } from '../../src/values/index.ts'
import { reopen } from '../object-layer.ts'

/** Id of the one root of `pruneTo`. */
export const ROOT = '5'.repeat(32)

/** Prunes an object layer in which exactly these objects are needed, without grace. */
export async function pruneTo(
  store: ObjectStore,
  needed: readonly ObjectId[],
  options: PrunePacksOptions = {},
): Promise<PruneReport> {
  const name = async (objects: NeededObjects): Promise<void> => {
    for (const id of needed) objects.need(id)
  }
  const root = { id: ROOT, name }
  return (await reopen(store)).prune({ list: async () => [root] }, { grace: 0, ...options })
}
