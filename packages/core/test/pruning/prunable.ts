import type { Snapshot } from '../../src/operations/take-snapshot.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { Repository } from '../../src/repository.ts'
import { memory } from '../../src/stores/memory-store.ts'
import { system } from '../object-layer.ts'
import { collect } from '../support/collect.ts'
import { ManualClock, type MemoryDatabase } from '../support/memory-database.ts'
import { contextOf, createRepository, openRepository } from '../support/memory-repository.ts'
import { order, orders, shop } from '../support/shop.ts'

export const ORDERS = 'public.orders'

export interface Prunable {
  readonly store: ObjectStore
  readonly repository: Repository
  readonly database: MemoryDatabase
  /** Oldest first. Each holds other orders in part. */
  readonly snapshots: readonly [Snapshot, Snapshot, Snapshot]
  /** Of the store; ages go by it. */
  readonly clock: ManualClock
}

/**
 * A repository of three snapshots of 3000 orders (seven chunks): in the second every chunk is changed a little, so that it rests on the
 * first; in the third all but the last two are changed wholly.
 */
export async function prunable(): Promise<Prunable> {
  const clock = new ManualClock()
  const store = memory({ clock })
  const repository = await createRepository(store)
  const database = shop(orders(3000, 300))
  const first = await repository.take(database)
  changeSome(database, 1)
  const second = await repository.take(database)
  for (let id = 1; id < 2300; id++) database.update(ORDERS, order(id, 2, 300))
  const third = await repository.take(database)
  return { store, repository, database, snapshots: [first, second, third], clock }
}

/** Changes one order in a hundred. */
export function changeSome(database: MemoryDatabase, version: number): void {
  for (let id = version; id < 3000; id += 100) database.update(ORDERS, order(id, version, 300))
}

/** Another process's repository, with leases by the test's clock. */
export function openBy(store: ObjectStore, clock: ManualClock): Promise<Repository> {
  return Repository.open(store, { ...system(`by clock ${opened++}`), clock })
}
let opened = 0

/** Takes snapshots out of the catalogue, as `forget` does. */
export async function forget(store: ObjectStore, ...snapshots: readonly Pick<Snapshot, 'id'>[]): Promise<void> {
  const { objects } = await contextOf(store)
  for (const { id } of snapshots) await objects.snapshots.remove(id)
}

/** The bytes of all orders of a snapshot, as another process reads them. */
export async function ordersOf(store: ObjectStore, { id }: Pick<Snapshot, 'id'>): Promise<string> {
  return Buffer.concat(await collect((await openRepository(store)).rawRecords(id, ORDERS))).toString()
}

/** The database, where something happens while its orders are being read. */
export function meanwhile(database: MemoryDatabase, work: () => Promise<void>): MemoryDatabase {
  let isDone = false
  const beforeBuffer = async (): Promise<void> => {
    if (isDone) return
    isDone = true
    await work()
  }
  database.faults.set(ORDERS, { beforeBuffer })
  return database
}
