import type { ObjectStore } from '../../src/ports/object-store.ts'
import type { PruneOptions, PruneReport } from '../../src/pruning/prune-report.ts'
import type { ObjectId } from '../../src/values/index.ts'
import { reopen } from '../object-layer.ts'

/** Id of the one root of `pruneTo`. */
export const ROOT = '5'.repeat(32)

/** Prunes an object layer in which exactly these objects are needed, without grace. */
export async function pruneTo(
  store: ObjectStore,
  needed: readonly ObjectId[],
  options: PruneOptions = {},
): Promise<PruneReport> {
  const root = { id: ROOT, name: async (need: (id: ObjectId) => boolean) => void needed.map(need) }
  return (await reopen(store)).prune({ list: async () => [root] }, { grace: 0, ...options })
}
