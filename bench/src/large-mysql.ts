import { type LargeShape, largeShape } from './large-database.ts'
import type { MysqlOrdersClient } from './mysql-orders.ts'

/** Each is a file, and the server takes 10 ms to make one. */
const TINY_TABLES = 500

/** PostgreSQL's large database on MySQL: half of the bytes without a key, records of 8 MiB, tiny tables, small records. */
export async function createLargeMysql(client: MysqlOrdersClient, bytes: number): Promise<LargeShape> {
  const shape: LargeShape = {
    ...largeShape(bytes),
    facts: Math.round((bytes * 0.4) / 150),
    tinyTables: TINY_TABLES,
  }
  await client.query('set session cte_max_recursion_depth = 100000000')
  await client.query('create table keyless (what text, number int, padding text)')
  await client.query(`insert into keyless ${numbers(shape.keyless)}
    select ${hash(`n % ${Math.ceil(shape.keyless / 2)}`)}, n % 1000, repeat(${hash('n % 977')}, 14) from numbers`)
  await client.query('create table texts (id int primary key, content longtext)')
  await client.query(`insert into texts ${numbers(shape.texts)} select n, repeat(${hash('n')}, 262144) from numbers`)
  await client.query(`create table facts (id bigint primary key, status varchar(20) not null, amount decimal(12,2) not null,
    note text not null)`)
  await client.query(`insert into facts ${numbers(shape.facts)}
    select n, 'new', (n % 100000) / 100, repeat(${hash('n')}, 4) from numbers`)
  for (let n = 1; n <= TINY_TABLES; n++) {
    await client.query(`create table tiny_${n} (id int primary key, what text)`)
    await client.query(`insert into tiny_${n} values (1, 'row of table ${n}'), (2, null)`)
  }
  return shape
}

/** Changes nine facts in ten. Resolves to how many. */
export async function changeMysqlFacts(client: MysqlOrdersClient, { facts }: LargeShape): Promise<number> {
  const changed = Math.floor(facts * 0.9)
  await client.query(`update facts set status = 'changed' where id <= ${changed}`)
  return changed
}

/** A list to select from; `with` stands behind `insert into` on MySQL. */
function numbers(count: number): string {
  return `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${count})`
}

/** 32 characters out of a hash that MySQL 9 still has. */
function hash(of: string): string {
  return `left(sha2(${of}, 256), 32)`
}
