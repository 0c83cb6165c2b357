import { operationLines, requireCount } from '@dbsnap/core/adapter'
import { KeyExistsError } from '@dbsnap/core/errors'
import type { RecordOperation } from '@dbsnap/core/ports'
import type { CollectionLayout } from '@dbsnap/core/values'
import type { MysqlConnection } from '../connection/mysql-connection.ts'
import { bytesExpression, type ColumnType } from '../mysql-type-map.ts'
import type { ColumnFacts } from '../schema/table-facts.ts'
import { quoteName } from '../sql-text.ts'
import { loadRecords } from './load-records.ts'

/** The differences of one collection, in a table of the staging database until they are carried out. */
export interface ChangeStage {
  /** Name of the stage for statements. */
  readonly sql: string
  readonly layout: CollectionLayout
  /** The columns of the records, as the target's table has them. */
  readonly columns: readonly ColumnFacts[]
  readonly counts: { insert: number; remove: number }
}

/** Before the columns of the table; a space keeps them apart from most that people name. */
const OPERATION: ColumnType = { name: 'dbsnap operation', dataType: 'char', charset: 'ascii', collation: null }
const NUMBER = quoteName('dbsnap number')

/** What columns of these types are in a stage, where they are no part of the key. */
const LARGE: Readonly<Record<string, string>> = { varchar: 'longtext', varbinary: 'longblob' }

/** Creates a stage and fills it. */
export async function fillStage(
  side: MysqlConnection,
  stage: ChangeStage,
  way: 'load data' | 'insert',
  operations: AsyncIterable<RecordOperation>,
): Promise<void> {
  const { sql, layout, columns, counts } = stage
  const doing = `stage the differences of ${layout.name}`
  await side.run(
    doing,
    `CREATE TABLE ${sql} (${NUMBER} bigint AUTO_INCREMENT PRIMARY KEY, ${quoteName(OPERATION.name)} char(1) CHARACTER SET ascii,
      ${columns.map((column) => columnDefinition(column, layout)).join(', ')}) ENGINE=InnoDB`,
  )
  const target = { connection: side, table: sql, columns: [OPERATION, ...columns], collection: layout.name, way }
  await loadRecords(target, operationLines(operations, columns.length, counts))
}

function columnDefinition(column: ColumnFacts, layout: CollectionLayout): string {
  const { name, charset, collation } = column
  const isKey = layout.key.some((part) => layout.columns[part.column]?.name === name)
  // A row's columns, but not its large objects, may take 64 KiB together, and the table's own may take all of that.
  const type = (isKey ? undefined : LARGE[column.dataType]) ?? column.type
  const text = charset === null ? '' : ` CHARACTER SET ${charset}${collation === null ? '' : ` COLLATE ${collation}`}`
  // MariaDB's catalog calls it so too, but takes JSON for more than its name.
  return `${quoteName(name)} ${type}${type === 'json' ? '' : text} NULL`
}

/** Fails with `KeyExistsError` where a key to insert is there already. */
export async function refuseKnownKeys(main: MysqlConnection, stage: ChangeStage): Promise<void> {
  const { layout, sql } = stage
  if (layout.key.length === 0) return
  const [row] = await main.query(
    `look for known keys in ${layout.name}`,
    `SELECT COUNT(*) AS count FROM ${quoteName(layout.name)} t JOIN ${sql} s ON ${keyJoin(stage)} LOCK IN SHARE MODE`,
  )
  const count = Number(row?.count)
  if (count === 0) return
  throw new KeyExistsError(`${count} of the keys to append are in ${layout.name} already`, {
    hint: 'Nothing was written. Use overwrite, or append to a table without these keys.',
    data: { collection: layout.name, count },
  })
}

/** Removes and inserts what a stage holds, in this order, and makes sure that exactly so many records were touched. */
export async function applyStage(main: MysqlConnection, side: MysqlConnection, stage: ChangeStage): Promise<void> {
  const { layout, counts, columns, sql } = stage
  const table = quoteName(layout.name)
  if (counts.remove > 0) {
    const removed = layout.key.length > 0 ? await removeByKey(main, stage) : await removeEqualRows(main, side, stage)
    requireCount(layout.name, 'remove', counts.remove, removed)
  }
  if (counts.insert > 0) {
    const names = columns.map(({ name }) => quoteName(name)).join(', ')
    const { affectedRows } = await main.run(
      `insert records into ${layout.name}`,
      `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${sql} WHERE ${quoteName(OPERATION.name)} = '+' ORDER BY ${NUMBER}`,
    )
    requireCount(layout.name, 'insert', counts.insert, affectedRows)
  }
}

async function removeByKey(main: MysqlConnection, stage: ChangeStage): Promise<number> {
  const { layout, sql } = stage
  const { affectedRows } = await main.run(
    `remove records from ${layout.name}`,
    `DELETE t FROM ${quoteName(layout.name)} t JOIN ${sql} s ON ${keyJoin(stage)} WHERE s.${quoteName(OPERATION.name)} = '-'`,
  )
  return affectedRows
}

/** One row goes for every remove: without a key there is nothing but its values to find it by. */
async function removeEqualRows(main: MysqlConnection, side: MysqlConnection, stage: ChangeStage): Promise<number> {
  const { layout, sql, columns } = stage
  const doing = `remove records from ${layout.name}`
  const nulls = columns.map(({ name }, i) => `${quoteName(name)} IS NULL AS n${i}`)
  let removed = 0
  let last = '0'
  for (;;) {
    const [row] = await side.query<Record<string, string>>(
      doing,
      `SELECT ${NUMBER} AS number, ${nulls.join(', ')} FROM ${sql}
        WHERE ${quoteName(OPERATION.name)} = '-' AND ${NUMBER} > ${last} ORDER BY ${NUMBER} LIMIT 1`,
    )
    if (row === undefined) return removed
    last = String(row.number)
    // A large value is compared where it lies: as a literal it may be more than a packet, and its HEX is NULL then.
    const equal = columns.map((column, i) => {
      if (row[`n${i}`] === '1') return `${quoteName(column.name)} IS NULL`
      const bytes = bytesExpression(column)
      return `${bytes} = (SELECT ${bytes} FROM ${sql} WHERE ${NUMBER} = ${last})`
    })
    const outcome = await main.run(doing, `DELETE FROM ${quoteName(layout.name)} WHERE ${equal.join(' AND ')} LIMIT 1`)
    removed += outcome.affectedRows
  }
}

function keyJoin({ layout }: ChangeStage): string {
  return layout.key
    .map(({ column }) => quoteName(layout.columns[column]?.name ?? ''))
    .map((name) => `t.${name} = s.${name}`)
    .join(' AND ')
}
