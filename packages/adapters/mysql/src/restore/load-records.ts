import { Readable } from 'node:stream'
import { TargetFailedError } from '@dbsnap/core/errors'
import type { MysqlConnection } from '../connection/mysql-connection.ts'
import { type ColumnType, isConverted } from '../mysql-type-map.ts'
import { quoteName } from '../sql-text.ts'
import { insertBatches } from './insert-batches.ts'
import { countRecords } from './whole-records.ts'

/** Where records go. */
export interface LoadTarget {
  readonly connection: MysqlConnection
  /** Name for statements. */
  readonly table: string
  /** In the order of the records' fields. */
  readonly columns: readonly ColumnType[]
  /** The table's name in messages. */
  readonly collection: string
  /** `load data`: by LOAD DATA LOCAL. `insert`: by INSERT of many rows. */
  readonly way: 'load data' | 'insert'
}

/** A packet to the server, below the 16 MiB that the protocol allows. */
const MOST_PACKET_BYTES = 8 * 1024 * 1024

/** Loads records and resolves with their number, having made sure that all of them arrived and none was changed. */
export async function loadRecords(target: LoadTarget, records: AsyncIterable<Buffer>): Promise<number> {
  return target.way === 'insert' ? insertRecords(target, records) : loadLocal(target, records)
}

/**
 * The server reads a local file as IGNORE does: it skips duplicates and cuts what is too long, and merely warns. So
 * there may be no warning, and as many rows as records.
 */
async function loadLocal(target: LoadTarget, records: AsyncIterable<Buffer>): Promise<number> {
  const { connection, collection } = target
  const doing = `load ${collection}`
  let sent = 0
  let failure: unknown
  async function* counted(): AsyncGenerator<Buffer> {
    try {
      for await (const bytes of records) {
        sent += countRecords(bytes)
        for (let at = 0; at < bytes.length; at += MOST_PACKET_BYTES) yield bytes.subarray(at, at + MOST_PACKET_BYTES)
      }
    } catch (error) {
      failure = error
      throw error
    }
  }
  await connection.run(doing, 'START TRANSACTION')
  try {
    const stream = Readable.from(counted(), { objectMode: false })
    const { affectedRows, warningStatus } = await connection.loadLocal(doing, loadStatement(target), stream)
    if (warningStatus > 0) throw await warned(target, warningStatus)
    if (affectedRows !== sent) throw lostRecords(collection, sent, affectedRows)
    await connection.run(doing, 'COMMIT')
    return sent
  } catch (error) {
    if (!connection.ended) await connection.run(doing, 'ROLLBACK').catch(() => {}) // the connection is lost, and with it the rows
    throw failure ?? error
  }
}

function loadStatement({ table, columns }: LoadTarget): string {
  const names = columns.map((column, i) => (isConverted(column) ? `@v${i}` : quoteName(column.name)))
  const conversions = columns.flatMap((column, i) =>
    isConverted(column) ? [`${quoteName(column.name)} = CONVERT(@v${i} USING utf8mb4)`] : [],
  )
  return `LOAD DATA LOCAL INFILE 'records' INTO TABLE ${table} CHARACTER SET binary
    FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' (${names.join(', ')})${
      conversions.length === 0 ? '' : ` SET ${conversions.join(', ')}`
    }`
}

async function insertRecords(target: LoadTarget, records: AsyncIterable<Buffer>): Promise<number> {
  const { connection, table, columns, collection } = target
  const doing = `load ${collection}`
  const head = `INSERT INTO ${table} (${columns.map(({ name }) => quoteName(name)).join(', ')}) VALUES `
  let sent = 0
  await connection.run(doing, 'START TRANSACTION')
  try {
    for await (const rows of insertBatches(records, columns)) {
      const { affectedRows, warningStatus } = await connection.run(doing, head + rows.join(','))
      if (warningStatus > 0) throw await warned(target, warningStatus)
      if (affectedRows !== rows.length) throw lostRecords(collection, rows.length, affectedRows)
      sent += rows.length
    }
    await connection.run(doing, 'COMMIT')
    return sent
  } catch (error) {
    if (!connection.ended) await connection.run(doing, 'ROLLBACK').catch(() => {}) // the connection is lost, and with it the rows
    throw error
  }
}

/** Names the table and the server's number; the message may hold a value. */
async function warned({ connection, collection }: LoadTarget, count: number): Promise<TargetFailedError> {
  const [row] = await connection.query('read a warning', 'SHOW WARNINGS LIMIT 1')
  const code = Number(row?.Code)
  return new TargetFailedError(
    `${collection}: the server changed or skipped records and warned ${count} times, first with ${code}`,
    {
      hint: 'The target’s table does not hold what the snapshot has. Nothing was kept of it.',
      data: { collection, errno: code, warnings: count },
    },
  )
}

function lostRecords(collection: string, sent: number, stored: number): TargetFailedError {
  return new TargetFailedError(`${collection}: ${sent} records were sent and ${stored} stored`, {
    hint: 'The server skipped some, for equal keys under the target’s collation. Nothing was kept of it.',
    data: { collection, sent, stored },
  })
}
