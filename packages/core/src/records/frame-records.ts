import { SourceOrderError } from '../errors/source-order-error.ts'
import type { RecordReader } from './record-reader.ts'

/**
 * Cuts a stream of bytes into whole records, a batch for each buffer that completes some; views that are valid until
 * the next batch is asked for. Bytes after the last whole record are a `SourceOrderError`.
 */
export async function* frameRecords(
  bytes: AsyncIterable<Buffer>,
  reader: RecordReader,
  collection: string,
): AsyncGenerator<Buffer[], void, undefined> {
  let open: Buffer[] = []
  for await (const piece of bytes) {
    const records: Buffer[] = []
    let start = 0
    for (let end = reader.end(piece, 0, piece.length); end !== -1; end = reader.end(piece, start, piece.length)) {
      const record = piece.subarray(start, end)
      records.push(open.length === 0 ? record : Buffer.concat([...open, record]))
      open = []
      start = end
    }
    if (start < piece.length) open.push(Buffer.from(piece.subarray(start)))
    if (records.length > 0) yield records
  }
  if (open.length === 0) return
  throw new SourceOrderError(`the source ended in the middle of a record of ${collection}`, {
    hint: 'Nothing was published. Try again; if it happens again, report it.',
    data: { collection },
  })
}
