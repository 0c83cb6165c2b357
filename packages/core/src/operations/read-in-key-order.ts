import type { ReadPoint } from '../ports/database-source.ts'
import { createRecordReader } from '../records/create-record-reader.ts'
import { frameRecords } from '../records/frame-records.ts'
import { keylessHash } from '../records/keyless-reader.ts'
import { sortRecords } from '../sorting/external-sorter.ts'
import { joinedRecords } from '../sorting/joined-records.ts'
import type { CollectionLayout } from '../values/collection.ts'
import type { OperationContext } from './operation-context.ts'

/**
 * The bytes of a live collection in key order: as the source returns them where it has a key, else sorted here by the
 * hash of each record, outside memory.
 */
export function readInKeyOrder(
  context: OperationContext,
  readPoint: ReadPoint,
  layout: CollectionLayout,
  signal: AbortSignal | undefined,
): AsyncIterable<Buffer> {
  const bytes = readPoint.read(layout.name, signal === undefined ? {} : { signal })
  return layout.key.length > 0 ? bytes : sortedByHash(context, bytes, layout, signal)
}

function sortedByHash(
  context: OperationContext,
  bytes: AsyncIterable<Buffer>,
  layout: CollectionLayout,
  signal: AbortSignal | undefined,
): AsyncIterable<Buffer> {
  const sorted = sortRecords(keyedByHash(bytes, layout), {
    randomness: context.randomness,
    folder: context.temporaryFolder,
    ...(signal === undefined ? {} : { signal }),
  })
  return joinedRecords(sorted)
}

async function* keyedByHash(
  bytes: AsyncIterable<Buffer>,
  layout: CollectionLayout,
): AsyncGenerator<{ key: Buffer; record: Buffer }[], void, undefined> {
  for await (const records of frameRecords(bytes, createRecordReader(layout), layout.name)) {
    yield records.map((record) => ({ key: keylessHash(record), record }))
  }
}
