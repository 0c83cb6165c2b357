import type { TableWish } from './database-source-fixture.ts'

/** A table `id, note` with ids 1 to `count`, inserted from both ends so that the heap is not in key order. */
export function numberedTable(name: string, count: number): TableWish {
  return { name, columns: { id: 'integer', note: 'text' }, key: ['id'], rows: numberedRows(1, count) }
}

export function numberedRows(from: number, to: number): string[][] {
  const rows: string[][] = []
  for (let low = from, high = to; low <= high; low++, high--) {
    rows.push([`${low}`, `note of ${low}`])
    if (high > low) rows.push([`${high}`, `note of ${high}`])
  }
  return rows
}
