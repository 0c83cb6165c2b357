import type { ColumnType } from '../mysql-type-map.ts'
import { recordLiterals } from './record-literals.ts'
import { wholeRecords } from './whole-records.ts'

/** Bytes of one INSERT: more gains nothing, and every server takes four times as much by default. */
const STATEMENT_BYTES = 1024 * 1024

const NEWLINE = 0x0a

/** Records as the values of INSERT statements, as many rows at a time as one statement takes. */
export async function* insertBatches(
  records: AsyncIterable<Buffer>,
  columns: readonly ColumnType[],
): AsyncGenerator<string[], void, undefined> {
  let rows: string[] = []
  let length = 0
  for await (const bytes of wholeRecords(records)) {
    for (let start = 0; start < bytes.length; ) {
      const newline = bytes.indexOf(NEWLINE, start)
      const end = newline === -1 ? bytes.length : newline
      const row = recordLiterals(bytes.subarray(start, end), columns)
      start = end + 1
      rows.push(row)
      length += row.length
      if (length < STATEMENT_BYTES) continue
      yield rows
      rows = []
      length = 0
    }
  }
  if (rows.length > 0) yield rows
}
