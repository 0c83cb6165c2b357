import { TargetFailedError } from '@dbsnap/core/errors'

/** Whole documents, one after the other. */
export interface DocumentBatch {
  /** Used again for the next batch. */
  readonly bytes: Buffer
  readonly count: number
}

/**
 * Bytes of a batch, about. The server takes 48 MB at once; from 1 MiB on, more gained nothing.
 */
const BATCH_BYTES = 2 * 1024 * 1024
/** Documents that a server takes in one command. */
const BATCH_DOCUMENTS = 100_000
const SMALLEST_DOCUMENT = 5

/** Gathers bytes that are cut anywhere into batches of whole documents, in one buffer. */
export async function* documentBatches(
  records: AsyncIterable<Buffer>,
  collection: string,
): AsyncGenerator<DocumentBatch, void, undefined> {
  let buffer = Buffer.allocUnsafeSlow(BATCH_BYTES + BATCH_BYTES / 4)
  let filled = 0
  let whole = 0
  let count = 0
  for await (const piece of records) {
    if (filled + piece.length > buffer.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (filled + piece.length))
      buffer.copy(larger, 0, 0, filled)
      buffer = larger
    }
    piece.copy(buffer, filled)
    filled += piece.length
    for (;;) {
      const end = whole + lengthAt(buffer, whole, filled, collection)
      if (end > filled) break
      whole = end
      count++
      if (whole < BATCH_BYTES && count < BATCH_DOCUMENTS) continue
      yield { bytes: buffer.subarray(0, whole), count }
      buffer.copyWithin(0, whole, filled)
      filled -= whole
      whole = 0
      count = 0
    }
  }
  if (filled > whole) throw notWhole(collection)
  if (count > 0) yield { bytes: buffer.subarray(0, whole), count }
}

/** Infinity where not even the length is there. */
function lengthAt(bytes: Buffer, at: number, limit: number, collection: string): number {
  if (limit - at < 4) return Number.POSITIVE_INFINITY
  const length = bytes.readInt32LE(at)
  if (length < SMALLEST_DOCUMENT) throw notWhole(collection)
  return length
}

function notWhole(collection: string): TargetFailedError {
  return new TargetFailedError(`the documents of ${collection} end within one`, {
    hint: 'Run `dbsnap check`; nothing was changed.',
    data: { collection },
  })
}

/** The documents of a batch, as views. */
export function documentsOf(bytes: Buffer): Buffer[] {
  const documents: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + bytes.readInt32LE(at)
    documents.push(bytes.subarray(at, end))
    at = end
  }
  return documents
}
