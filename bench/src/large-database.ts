import type { OrdersClient } from './orders-database.ts'

const GB = 1e9
/** Bytes of a record of `texts`: 8 MiB, as COPY text. */
const LARGE_RECORD_BYTES = 8 * 1024 * 1024
/** Bytes of a record without key, about. */
const KEYLESS_BYTES = 500
/** Bytes of a record of `facts`, about. */
const FACT_BYTES = 150
const TINY_TABLES = 10_000

/** How many facts `changeFacts` changes. */
export const CHANGED_FACTS = 5_000_000

/** What `createLargeDatabase` makes for so many bytes of COPY text. */
export interface LargeShape {
  readonly keyless: number
  readonly texts: number
  readonly facts: number
  readonly tinyTables: number
}

/** Half of the bytes without a key, a tenth in records of 8 MiB, 10 000 tiny tables, the rest in small records. */
export function largeShape(bytes: number): LargeShape {
  return {
    keyless: Math.round(bytes / 2 / KEYLESS_BYTES),
    texts: Math.round(bytes / 10 / LARGE_RECORD_BYTES),
    facts: Math.max(CHANGED_FACTS, Math.round((bytes * 0.4) / FACT_BYTES)),
    tinyTables: TINY_TABLES,
  }
}

/** Fills an empty database with all that has broken the memory of backup tools, `bytes` of COPY text in all (default 2 GB). */
export async function createLargeDatabase(client: OrdersClient, bytes = 2 * GB): Promise<LargeShape> {
  const shape = largeShape(bytes)
  await client.query(`
    create table keyless (what text, number integer, padding text);
    insert into keyless select md5((n % ${Math.ceil(shape.keyless / 2)})::text), n % 1000, repeat(md5((n % 977)::text), 14)
      from generate_series(1, ${shape.keyless}) n`)
  await client.query(`
    create table texts (id integer primary key, content text);
    insert into texts select n, repeat(md5(n::text), ${LARGE_RECORD_BYTES / 32}) from generate_series(1, ${shape.texts}) n`)
  await client.query(`
    create table facts (id bigint primary key, status text not null, amount numeric(12, 2) not null, note text not null);
    insert into facts select n, 'new', (n % 100000) / 100.0, repeat(md5(n::text), 4) from generate_series(1, ${shape.facts}) n`)
  await client.query(`
    create schema tiny;
    do $$ begin for n in 1..${shape.tinyTables} loop
      execute format('create table tiny.t_%s (id integer primary key, what text)', n);
      execute format('insert into tiny.t_%s values (1, %L), (2, null)', n, 'row of table ' || n);
    end loop; end $$`)
  await client.query('analyze')
  return shape
}

/** Changes 5 000 000 facts. */
export async function changeFacts(client: OrdersClient): Promise<void> {
  await client.query(`update facts set status = 'changed' where id <= ${CHANGED_FACTS}`)
}
