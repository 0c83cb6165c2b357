import { sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { expect, test } from 'vitest'
import { BAD_RELEASE, deployBadRelease } from './bad-release.ts'
import { createShop, type ShopOptions } from './shop-database.ts'

const TABLES = ['customers', 'products', 'orders', 'order_lines', 'audit_log']

async function withShop<T>(
  options: ShopOptions,
  look: (client: pg.Client) => Promise<T>,
  version?: 15 | 18,
): Promise<T> {
  const server = await sharedPostgres(version)
  const client = new pg.Client({ connectionString: await server.createDatabase() })
  await client.connect()
  try {
    await createShop(client, options)
    return await look(client)
  } finally {
    await client.end()
  }
}

async function count(client: pg.Client, table: string): Promise<number> {
  return (await client.query(`select count(*)::int as n from ${table}`)).rows[0].n
}

async function fingerprint(client: pg.Client): Promise<string[]> {
  const prints = []
  for (const table of TABLES) {
    const { rows } = await client.query(
      `select md5(string_agg(t::text, '|' order by t::text collate "C")) as print from ${table} t`,
    )
    prints.push(rows[0].print)
  }
  return prints
}

test('the same scale and seed make the same shop on every version, another seed another', async () => {
  const shop = await withShop({ scale: 0.02 }, fingerprint)
  expect(await withShop({ scale: 0.02 }, fingerprint, 15)).toEqual(shop)
  expect(await withShop({ scale: 0.02, seed: 2 }, fingerprint)).not.toEqual(shop)
})

test('at scale 1 it has about 200 000 records, and equal ones in the table without a key', async () => {
  await withShop({}, async (client) => {
    let records = 0
    for (const table of TABLES) records += await count(client, table)
    expect(records).toBeGreaterThan(195_000)
    expect(records).toBeLessThan(205_000)
    const { rows } = await client.query(
      'select count(*)::int - count(distinct audit_log)::int as repeated from audit_log',
    )
    expect(rows[0].repeated).toBeGreaterThan(1000)
  })
})

test('the bad release changes 37 products, drops an index and deletes an order with its lines', async () => {
  await withShop({ scale: 0.2 }, async (client) => {
    const lines = await count(client, 'order_lines')
    const orders = await count(client, 'orders')
    await client.query('create temporary table before as table products')
    await deployBadRelease(client)
    const { rows } = await client.query(
      'select count(*)::int as n from products p join before b using (id) where p.price = b.price * 100',
    )
    expect(rows[0].n).toBe(BAD_RELEASE.pricesChanged)
    expect(await count(client, 'orders')).toBe(orders - 1)
    expect(lines - (await count(client, 'order_lines'))).toBe(BAD_RELEASE.linesDeleted)
    expect((await client.query(`select to_regclass('${BAD_RELEASE.indexDropped}') as index`)).rows[0].index).toBeNull()
  })
})
