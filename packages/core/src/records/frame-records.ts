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
  const open = new OpenRecord()
  for await (const piece of bytes) {
    const records: Buffer[] = []
    let start = 0
    if (open.length > 0) {
      const record = open.complete(piece, reader)
      if (record === undefined) continue
      start = record.length - open.length
      open.length = 0
      records.push(record)
    }
    for (let end = reader.end(piece, start, piece.length); end !== -1; end = reader.end(piece, start, piece.length)) {
      records.push(piece.subarray(start, end))
      start = end
    }
    open.append(piece, start)
    if (records.length > 0) yield records
  }
  if (open.length === 0) return
  throw new SourceOrderError(`the source ended in the middle of a record of ${collection}`, {
    hint: 'Nothing was published. Try again; if it happens again, report it.',
    data: { collection },
  })
}

/** The beginning of a record whose end has not come yet, in a buffer that grows. */
class OpenRecord {
  #bytes = Buffer.alloc(0)
  length = 0

  append(piece: Buffer, start: number): void {
    const needed = this.length + piece.length - start
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length))
      this.#bytes.copy(larger, 0, 0, this.length)
      this.#bytes = larger
    }
    piece.copy(this.#bytes, this.length, start)
    this.length = needed
  }

  /**
   * The record that `piece` completes, a view that stays as it is; `length` is then what of it had come before.
   * Undefined where it does not, and the piece was appended.
   */
  complete(piece: Buffer, reader: RecordReader): Buffer | undefined {
    const before = this.length
    this.append(piece, 0)
    const end = reader.end(this.#bytes, 0, this.length, before)
    if (end === -1) return undefined
    const record = this.#bytes.subarray(0, end)
    this.#bytes = Buffer.alloc(0)
    this.length = before
    return record
  }
}
