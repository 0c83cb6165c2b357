import { sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeClustered, changeRandom, createOrders, ordersAt } from './orders-database.ts'

const SCALE = 0.005
let client: pg.Client

beforeAll(async () => {
  const server = await sharedPostgres()
  client = new pg.Client({ connectionString: await server.createDatabase() })
  await client.connect()
  await createOrders(client, { scale: SCALE })
})

afterAll(() => client.end())

async function changedBy(change: () => Promise<void>): Promise<number[]> {
  await client.query('create temporary table before as table orders')
  await change()
  const { rows } = await client.query(
    'select o.id::int from orders o join before b using (id) where (o.*) is distinct from (b.*) order by id',
  )
  await client.query('drop table before')
  return rows.map((row: { id: number }) => row.id)
}

test('the orders are the same bytes every time', async () => {
  const { rows } = await client.query(
    `select count(*)::int, md5(string_agg(orders::text, '' order by id)) as bytes from orders`,
  )
  expect(rows).toEqual([{ count: ordersAt(SCALE), bytes: expect.any(String) }])
  expect(rows[0].bytes).toMatchInlineSnapshot(`"d860239ee6b68282d3391b0ed8c9a4fe"`)
})

test('a clustered change is one stretch of exactly that many orders, another one each round', async () => {
  const ids = await changedBy(() => changeClustered(client, 100, 1, SCALE))
  expect(ids).toHaveLength(100)
  expect(ids.at(-1)! - ids[0]!).toBe(99)
  const others = await changedBy(() => changeClustered(client, 100, 2, SCALE))
  expect(others[0]).not.toBe(ids[0])
})

test('a random change is exactly that many orders, all over the table, others each round', async () => {
  const ids = await changedBy(() => changeRandom(client, 100, 1, SCALE))
  expect(ids).toHaveLength(100)
  expect(Math.min(...ids)).toBeLessThan(ordersAt(SCALE) * 0.1)
  expect(Math.max(...ids)).toBeGreaterThan(ordersAt(SCALE) * 0.9)
  expect(await changedBy(() => changeRandom(client, 10, 2, SCALE))).toHaveLength(10)
  expect(await changedBy(() => changeRandom(client, 100, 3, SCALE))).not.toEqual(ids)
})
