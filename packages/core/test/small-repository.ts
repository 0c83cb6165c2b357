import type { ObjectStore } from '../src/ports/object-store.ts'
import { memory } from '../src/stores/memory-store.ts'
import type { ObjectId, SnapshotId } from '../src/values/index.ts'
import { changed, create, keysOf, manifest, rows, storeChunk, writing } from './object-layer.ts'

/** The snapshot in it. */
export const SMALL_SNAPSHOT = 'a'.repeat(32) as SnapshotId

/** A small repository with two packs (one of deltas), two index files and a snapshot. */
export async function smallRepository(): Promise<{
  store: ObjectStore
  ids: ObjectId[]
  plains: Buffer[]
  packs: string[]
}> {
  const store = memory()
  const repository = await create(store)
  const plains = Array.from({ length: 6 }, (_, i) => rows(10, i))
  const ids: ObjectId[] = []
  await writing(repository, async (writer) => {
    for (const plain of plains) ids.push(await storeChunk(writer, plain))
  })
  const packs = await keysOf(store, 'packs/')
  await writing(repository, async (writer) => {
    for (const [i, plain] of plains.slice(0, 3).entries()) {
      plains.push(changed(plain, 3, 'refunded'))
      ids.push(await storeChunk(writer, plains.at(-1) as Buffer, ids[i]))
    }
  })
  packs.push(...(await keysOf(store, 'packs/')).filter((key) => !packs.includes(key)))
  await repository.snapshots.put(manifest(SMALL_SNAPSHOT, '2026-01-01T00:00:00.000Z'))
  return { store, ids, plains, packs }
}
