import type { SourceCollection } from '@dbsnap/core/ports'
import type { KeyColumn } from '@dbsnap/core/values'
import { keyTypeOf, valueEqualityOf, valueExpression, valueShapeOf } from '../mysql-type-map.ts'
import type { ColumnFacts, TableFacts } from '../schema/table-facts.ts'
import { quoteName } from '../sql-text.ts'

/** Engines whose tables a transaction sees as they were when it began. */
const TRANSACTIONAL = new Set(['InnoDB', 'ROCKSDB', 'TokuDB'])

/** Whether a table is read as it is when its turn comes, whatever the moment of the others. */
export function isNotConsistent({ engine }: TableFacts): boolean {
  return !TRANSACTIONAL.has(engine)
}

/** A table as the ports describe it. */
export function sourceCollection(table: TableFacts): SourceCollection {
  const columns = readColumns(table)
  return {
    name: table.name,
    format: 'copy-text',
    // Whatever a column's own charset is, the server sends UTF-8.
    encoding: 'utf-8',
    columns: columns.map((column) => ({
      name: column.name,
      type: column.type,
      shape: valueShapeOf(column),
      equality: valueEqualityOf(column),
    })),
    key: keyColumns(table).map(
      (column): KeyColumn => ({ column: columns.indexOf(column), order: keyTypeOf(column).order }),
    ),
    estimatedRecords: table.records,
    estimatedBytes: table.bytes,
    ...(isNotConsistent(table) ? { consistency: 'collection' as const } : {}),
  }
}

/** Those that are read: all but generated ones, whose values follow from the others. */
export function readColumns(table: TableFacts): ColumnFacts[] {
  return table.columns.filter((column) => !column.generated)
}

/** The statement whose rows are the records, in key order. */
export function selectStatement(table: TableFacts): string {
  const values = readColumns(table).map(valueExpression)
  const order = keyColumns(table).map((column) => keyTypeOf(column).expression)
  const ordered = order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`
  return `SELECT ${values.join(', ')} FROM ${quoteName(table.name)}${ordered}`
}

/** The primary key; else the first (by name) unique index of plain NOT NULL columns; else none. */
function keyColumns(table: TableFacts): ColumnFacts[] {
  const names = table.unique[0]?.columns ?? []
  return names.map((name) => table.columns.find((column) => column.name === name) as ColumnFacts)
}
