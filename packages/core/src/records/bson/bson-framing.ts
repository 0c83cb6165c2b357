import { notBson } from './bson-elements.ts'
import { EMPTY_DOCUMENT_BYTES } from './bson-type.ts'

/** Offset just past the document that begins at `start`, or -1 where its end is not within `bytes[0, limit)`. */
export function endOfDocument(bytes: Buffer, start: number, limit: number): number {
  if (limit - start < 4) return -1
  const length = bytes.readInt32LE(start)
  if (length < EMPTY_DOCUMENT_BYTES) throw notBson()
  return start + length > limit ? -1 : start + length
}
