import type { RecordOperation } from '../ports/database-target.ts'

/** Lines are gathered into buffers of this size, so that a record costs one copy and no object of its own. */
const GATHER_BYTES = 256 * 1024

const TAB = 9

/** How an operation is written in the first column of a stage table. */
export const OPERATION_MARKS = { insert: '+', remove: '-' } as const

/** What was written, by operation. */
export interface OperationCounts {
  insert: number
  remove: number
}

/**
 * COPY text of a stage table: each record with its operation before it as one more column. `counts` is added to while
 * the lines are read. `columns`: how many columns a record has; one with none is an empty line.
 */
export async function* operationLines(
  operations: AsyncIterable<RecordOperation>,
  columns: number,
  counts: OperationCounts,
): AsyncGenerator<Buffer> {
  let gathered = Buffer.allocUnsafe(GATHER_BYTES)
  let filled = 0
  for await (const { operation, record } of operations) {
    counts[operation] += 1
    const prefix = columns === 0 ? 1 : 2
    if (filled + prefix + record.length > gathered.length) {
      yield gathered.subarray(0, filled)
      gathered = Buffer.allocUnsafe(Math.max(GATHER_BYTES, prefix + record.length))
      filled = 0
    }
    gathered[filled] = OPERATION_MARKS[operation].charCodeAt(0)
    gathered[filled + 1] = TAB
    record.copy(gathered, filled + prefix)
    filled += prefix + record.length
  }
  if (filled > 0) yield gathered.subarray(0, filled)
}
