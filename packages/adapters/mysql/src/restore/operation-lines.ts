import type { RecordOperation } from '@dbsnap/core/ports'

/** Lines are gathered into buffers of this size, so that a record costs one copy and no object of its own. */
const GATHER_BYTES = 256 * 1024

const TAB = 9
const PREFIX_BYTES = 2
const MARKS = { insert: 0x2b, remove: 0x2d } as const

/** The records of a stage: each with its operation before it as one more field. `counts` is added to meanwhile. */
export async function* operationLines(
  operations: AsyncIterable<RecordOperation>,
  counts: { insert: number; remove: number },
): AsyncGenerator<Buffer> {
  let gathered = Buffer.allocUnsafe(GATHER_BYTES)
  let filled = 0
  for await (const { operation, record } of operations) {
    counts[operation] += 1
    if (filled + PREFIX_BYTES + record.length > gathered.length) {
      yield gathered.subarray(0, filled)
      gathered = Buffer.allocUnsafe(Math.max(GATHER_BYTES, PREFIX_BYTES + record.length))
      filled = 0
    }
    gathered[filled] = MARKS[operation]
    gathered[filled + 1] = TAB
    record.copy(gathered, filled + PREFIX_BYTES)
    filled += PREFIX_BYTES + record.length
  }
  if (filled > 0) yield gathered.subarray(0, filled)
}
