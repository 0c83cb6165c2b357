import type { Snapshot } from '../../src/operations/take-snapshot.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import type { Repository } from '../../src/repository.ts'
import { memory } from '../../src/stores/memory-store.ts'
import type { MemoryDatabase } from '../support/memory-database.ts'
import { contextOf, createRepository } from '../support/memory-repository.ts'
import { order, orders, shop } from '../support/shop.ts'

export interface Prunable {
  readonly store: ObjectStore
  readonly repository: Repository
  readonly database: MemoryDatabase
  /** Oldest first; of each the rows are others in part. */
  readonly snapshots: readonly [Snapshot, Snapshot, Snapshot]
}

/** A repository of three snapshots of 3000 orders: of the second some orders are changed, of the third nearly all. */
export async function prunable(store: ObjectStore = memory()): Promise<Prunable> {
  const repository = await createRepository(store)
  const database = shop(orders(3000, 300))
  const first = await repository.take(database)
  for (let id = 1; id < 3000; id += 100) database.update('public.orders', order(id, 1, 300))
  const second = await repository.take(database)
  for (let id = 1; id < 2500; id++) database.update('public.orders', order(id, 2, 300))
  const third = await repository.take(database)
  return { store, repository, database, snapshots: [first, second, third] }
}

/** Takes snapshots out of the catalogue, as `forget` does. */
export async function forget(store: ObjectStore, ...ids: string[]): Promise<void> {
  const { objects } = await contextOf(store)
  for (const id of ids) await objects.snapshots.remove(id as Snapshot['id'])
}
