import { memory } from '../../src/stores/memory-store.ts'
import { createRepository } from './memory-repository.ts'
import { index, order, orders, shop } from './shop.ts'

/** A repository of two snapshots of a shop, between which `changed` orders and the schema changed. */
export async function changedShop(changed = 50) {
  const store = memory()
  const repository = await createRepository(store)
  const database = shop(orders(300))
  const first = await repository.take(database)
  for (let id = 1; id <= changed; id++) database.update('public.orders', order(id, 1, 60))
  database.insert('public.orders', order(9001))
  database.insert('public.audit', ['login', 1])
  database.define(index('orders_paid', 'paid'))
  const second = await repository.take(database)
  return { store, repository, database, first, second }
}
