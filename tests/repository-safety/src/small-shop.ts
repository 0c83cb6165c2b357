import { MemoryDatabase, SeededRandom } from '@dbsnap/adapter-test-kit'
import { memory, type ObjectStore, type Repository } from '@dbsnap/core'

/** Tables of the shop: one with a key, one without, one with a record that is stored in segments. */
export const SHOP_TABLES = ['orders', 'audit', 'pictures'] as const

/** A database whose snapshots have every kind of object; `large` with a record above 1 MiB. */
export function smallShop({ rows = 1500, large = false } = {}): MemoryDatabase {
  const random = new SeededRandom(1)
  const database = new MemoryDatabase()
  database.createTable('orders', { columns: { id: 'integer', note: 'text' }, key: ['id'] })
  database.createTable('audit', { columns: { line: 'text' } })
  database.createTable('pictures', { columns: { id: 'integer', bytes: 'text' }, key: ['id'] })
  for (let id = 1; id <= rows; id++) {
    database.insert('orders', [id, random.bytes(30).toString('base64')])
    database.insert('audit', [`line ${id % 1000}`])
  }
  database.insert('pictures', [1, 'small'])
  if (large) database.insert('pictures', [2, random.bytes(16).toString('hex').repeat(40_000)])
  return database
}

/** All rows by table, sorted. */
export type Rows = Readonly<Record<string, readonly string[]>>

/** All rows of a database now, as a snapshot of it must give them back. */
export function rowsOf(database: MemoryDatabase): Rows {
  const rowsIn = (table: string): string[] => database.rows(table).map((row) => JSON.stringify(row))
  return Object.fromEntries(SHOP_TABLES.map((table) => [table, rowsIn(table).sort()]))
}

/** All rows of a snapshot. */
export async function rowsOfSnapshot(repository: Repository, id: string): Promise<Rows> {
  const rows: Record<string, string[]> = {}
  for (const table of SHOP_TABLES) {
    const found: string[] = []
    for await (const values of repository.records(id, table)) {
      found.push(JSON.stringify(Object.values(values).map((value) => (value === null ? null : String(value)))))
    }
    rows[table] = found.sort()
  }
  return rows
}

/** The same files in another store. */
export async function copyOfStore(store: ObjectStore): Promise<ObjectStore> {
  const copy = memory()
  for await (const { key } of store.list('')) await copy.put(key, [await store.get(key)])
  return copy
}
