import { withClient } from './bench-server.ts'

/** Bytes of a record as COPY text, about. */
const RECORD_BYTES = 1030

/** Tables, filled at the same time. */
const TABLES = 2

/** Fills an empty database with about so many bytes of COPY text, as fast as a server makes them: 320 random digits a record, then words. */
export async function createBulkDatabase(url: string, bytes: number): Promise<void> {
  const records = Math.ceil(bytes / RECORD_BYTES / TABLES)
  await Promise.all(Array.from({ length: TABLES }, (_, table) => fill(url, `bulk_${table}`, records)))
}

function fill(url: string, table: string, records: number): Promise<unknown> {
  const digits = Array.from({ length: 10 }, (_, i) => `md5('${table}' || n::text || '${i}')`).join(' || ')
  return withClient(url, async (client) => {
    await client.query(`
      create unlogged table ${table} (id bigint primary key, status text not null, digits text not null, words text not null);
      insert into ${table} select n, 'status ' || n % 7, ${digits}, repeat(' lorem ipsum ' || n % 1000, 42)
        from generate_series(1, ${records}) n`)
  })
}
