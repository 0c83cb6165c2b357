import { damaged } from '../format/format-version.ts'
import type { ObjectReader, ObjectWriter } from '../ports/object-access.ts'
import type { Json } from '../values/json.ts'
import type { ObjectId } from '../values/object-id.ts'

/** Bytes of one segment of a document. */
const SEGMENT_BYTES = 1024 * 1024

/**
 * Stores JSON as objects of the kind `document`, in segments of at most 1 MiB; resolves with their ids, in order. `bases`
 * are the ids of the document that it probably resembles (the previous snapshot's schema).
 */
export async function writeDocument(
  writer: ObjectWriter,
  json: unknown,
  bases: readonly ObjectId[] = [],
): Promise<ObjectId[]> {
  const bytes = Buffer.from(JSON.stringify(json), 'utf8')
  const ids: ObjectId[] = []
  for (let at = 0; at < bytes.length; at += SEGMENT_BYTES) {
    const segment = bytes.subarray(at, at + SEGMENT_BYTES)
    const id = writer.identify(segment)
    await writer.store('document', id, segment, bases[ids.length])
    ids.push(id)
  }
  return ids
}

/** The JSON of a document whose segments are `ids`. The caller checks its shape. */
export async function readDocument(reader: ObjectReader, ids: readonly ObjectId[]): Promise<Json> {
  const segments: Buffer[] = []
  for (const id of ids) segments.push(await reader.read('document', id))
  try {
    return JSON.parse(Buffer.concat(segments).toString('utf8')) as Json
  } catch (error) {
    throw damaged(`document ${(ids[0] ?? '').slice(0, 10)} is not JSON (${(error as Error).name})`)
  }
}
