import type { ShopClient } from './shop-database.ts'

/** What the story's bad release does; the tests hold the diff against it. */
export const BAD_RELEASE = {
  pricesChanged: 37,
  orderDeleted: 4711,
  linesDeleted: 3,
  indexDropped: 'orders_placed_at_idx',
} as const

/**
 * The application bug of the demo: a price import reads cents as euros for 37 products, a migration drops an index,
 * and a clean-up job deletes an order, its lines with it.
 */
export async function deployBadRelease(client: ShopClient): Promise<void> {
  await client.query(`update products set price = price * 100, updated_at = '2026-02-14 03:12:00+00'
    where id in (select id from products where category = 'coffee' order by id limit ${BAD_RELEASE.pricesChanged})`)
  await client.query(`drop index ${BAD_RELEASE.indexDropped}`)
  await client.query(`delete from orders where id = ${BAD_RELEASE.orderDeleted}`)
}
