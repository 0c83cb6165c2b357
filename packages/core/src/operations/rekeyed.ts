import type { SnapshotCollection } from '../format/snapshot-manifest.ts'
import { readChunk } from '../record-tree/read-chunk.ts'
import { TreeCursor } from '../record-tree/tree-cursor.ts'
import { createRecordReader } from '../records/create-record-reader.ts'
import { frameRecords } from '../records/frame-records.ts'
import { KEYLESS_HASH_BYTES } from '../records/keyless-reader.ts'
import { sortRecords } from '../sorting/external-sorter.ts'
import { joinedRecords } from '../sorting/joined-records.ts'
import type { CollectionLayout } from '../values/collection.ts'
import { freeBacking } from '../values/free-buffer.ts'
import type { DiffOperand } from './diff-operand.ts'
import type { OperationContext } from './operation-context.ts'
import { rootOf } from './tree-root-of.ts'

export interface RekeyInput {
  readonly context: OperationContext
  /** Has the collection. */
  readonly operand: DiffOperand
  /** Its layout, with another key than its own. */
  readonly keyed: CollectionLayout
  readonly signal: AbortSignal | undefined
}

/** The records of a side sorted again, outside memory, by another key. */
export function rekeyed(input: RekeyInput): AsyncIterable<Buffer> {
  return joinedRecords(sorted(input))
}

/** Whether no two records of a side share that key. Reads and sorts it. */
export async function hasUniqueKeys(input: RekeyInput): Promise<boolean> {
  let last: Buffer | undefined
  for await (const batch of sorted(input)) {
    for (const { key } of batch) {
      if (last?.equals(key) === true) return false
      last = key
    }
    // The views of a batch end with it.
    last = last && Buffer.from(last)
  }
  return true
}

function sorted(input: RekeyInput) {
  const { context, keyed, signal } = input
  return sortRecords(withKeys(bytesOf(input), keyed), {
    randomness: context.randomness,
    folder: context.temporaryFolder,
    ...(signal === undefined ? {} : { signal }),
  })
}

function bytesOf({ context, operand, keyed, signal }: RekeyInput): AsyncIterable<Buffer> {
  const { name } = keyed
  if (operand.live !== undefined) return operand.live.read(name, signal === undefined ? {} : { signal })
  return storedBytes(context, rootOf(operand.stored(name) as SnapshotCollection))
}

async function* storedBytes(
  { objects }: OperationContext,
  root: ReturnType<typeof rootOf>,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const entry of new TreeCursor(objects.reader, root).chunks()) {
    const bytes = await readChunk(objects.reader, entry)
    yield bytes
    freeBacking(bytes)
  }
}

async function* withKeys(
  bytes: AsyncIterable<Buffer>,
  keyed: CollectionLayout,
): AsyncGenerator<{ key: Buffer; record: Buffer }[], void, undefined> {
  const keys = createRecordReader(keyed)
  for await (const records of frameRecords(bytes, createRecordReader(keyed), keyed.name)) {
    yield records.map((record) => {
      const length = keys.key(record, 0, record.length)
      // Without a key the ordinal would follow the old order; the hash alone sorts, and the splitter counts anew.
      const end = keyed.key.length === 0 ? KEYLESS_HASH_BYTES : length
      return { key: Buffer.from(keys.keyBytes.subarray(0, end)), record }
    })
  }
}
