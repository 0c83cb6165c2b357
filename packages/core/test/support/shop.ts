import { createHash } from 'node:crypto'
import type { SchemaObject } from '../../src/values/schema.ts'
import { MemoryDatabase, type MemoryDatabaseOptions, type MemoryRow } from './memory-database.ts'

/** An order of about `bytes` bytes that compress badly; the same for the same id and version. */
export function order(id: number, version = 0, bytes = 40): MemoryRow {
  let note = ''
  for (let part = 0; note.length < bytes; part++) {
    note += createHash('sha512').update(`${id} ${version} ${part}`).digest('base64')
  }
  return [id, id % 2 === 0, note.slice(0, bytes)]
}

/** Orders `1` to `count`. */
export function orders(count: number, bytes?: number): MemoryRow[] {
  return Array.from({ length: count }, (_, i) => order(i + 1, 0, bytes))
}

/** A database with a table that has a key (`public.orders`), one that has none (`public.audit`) and an empty one. */
export function shop(rows: readonly MemoryRow[] = orders(20), options?: MemoryDatabaseOptions): MemoryDatabase {
  const database = new MemoryDatabase(options)
  database.createTable('public.orders', {
    columns: { id: 'integer', paid: 'boolean', note: 'text' },
    key: ['id'],
  })
  database.createTable('public.audit', { columns: { line: 'text', at: 'integer' } })
  database.createTable('public.empty', { columns: { id: 'integer' }, key: ['id'] })
  database.insert('public.orders', ...rows)
  database.insert('public.audit', ['login', 1], ['logout', 2], ['login', 1], ['login', 1])
  database.define(index('orders_note'))
  return database
}

/** An index of the orders. */
export function index(name: string, column = 'note'): SchemaObject {
  return {
    kind: 'index',
    name: `public.${name}`,
    collection: 'public.orders',
    definition: { column },
    dependsOn: ['table:public.orders'],
    section: 'post-data',
    statements: [],
  }
}

/** All rows of a database by table; those without key sorted. */
export function contents(database: MemoryDatabase): Record<string, string[]> {
  return Object.fromEntries(
    database.tables.map((table) => [
      table,
      database
        .rows(table)
        .map((row) => JSON.stringify(row))
        .sort(),
    ]),
  )
}
