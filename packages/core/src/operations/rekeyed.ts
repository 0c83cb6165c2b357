import { readChunk } from '../record-tree/read-chunk.ts'
import { TreeCursor } from '../record-tree/tree-cursor.ts'
import { createRecordReader } from '../records/create-record-reader.ts'
import { frameRecords } from '../records/frame-records.ts'
import { sortRecords } from '../sorting/external-sorter.ts'
import type { CollectionLayout } from '../values/collection.ts'
import type { DiffOperand } from './diff-operand.ts'
import type { OperationContext } from './operation-context.ts'
import { rootOf } from './take-collection.ts'

export interface RekeyInput {
  readonly context: OperationContext
  readonly operand: DiffOperand
  readonly layout: CollectionLayout
  /** The same records with another key. */
  readonly keyed: CollectionLayout
  readonly signal: AbortSignal | undefined
}

/** The records of a side sorted again, outside memory, by the key that the other side has. */
export async function* rekeyed(input: RekeyInput): AsyncGenerator<Buffer, void, undefined> {
  const { context, layout, signal } = input
  const bytes = bytesOf(input)
  const sorted = sortRecords(withKeys(bytes, input.keyed, layout.name), {
    randomness: context.randomness,
    folder: context.temporaryFolder,
    ...(signal === undefined ? {} : { signal }),
  })
  for await (const batch of sorted) yield Buffer.concat(batch.map(({ record }) => record))
}

function bytesOf({ context, operand, layout, signal }: RekeyInput): AsyncIterable<Buffer> {
  if (operand.live !== undefined) return operand.live.read(layout.name, signal === undefined ? {} : { signal })
  const stored = operand.stored(layout.name)
  return storedBytes(context, stored === undefined ? null : rootOf(stored))
}

async function* storedBytes(
  { objects }: OperationContext,
  root: ReturnType<typeof rootOf>,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const entry of new TreeCursor(objects.reader, root).chunks()) yield await readChunk(objects.reader, entry)
}

async function* withKeys(
  bytes: AsyncIterable<Buffer>,
  keyed: CollectionLayout,
  collection: string,
): AsyncGenerator<{ key: Buffer; record: Buffer }[], void, undefined> {
  const keys = createRecordReader(keyed)
  for await (const records of frameRecords(bytes, createRecordReader(keyed), collection)) {
    yield records.map((record) => {
      const length = keys.key(record, 0, record.length)
      // Without a key the ordinal would follow the old order; the hash alone sorts, and the splitter counts anew.
      return { key: Buffer.from(keys.keyBytes.subarray(0, keyed.key.length === 0 ? length - 4 : length)), record }
    })
  }
}
