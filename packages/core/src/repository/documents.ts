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
export function writeDocument(
  writer: ObjectWriter,
  json: unknown,
  bases: readonly ObjectId[] = [],
): Promise<ObjectId[]> {
  return writeTexts(writer, [JSON.stringify(json)], bases)
}

/** The same for a document whose text comes piece by piece, so that it is never there as a whole. */
export async function writeTexts(
  writer: ObjectWriter,
  texts: Iterable<string>,
  bases: readonly ObjectId[],
): Promise<ObjectId[]> {
  const ids: ObjectId[] = []
  let segment = Buffer.allocUnsafeSlow(SEGMENT_BYTES)
  let filled = 0
  const store = async (): Promise<void> => {
    const bytes = segment.subarray(0, filled)
    const id = writer.identify(bytes)
    await writer.store('document', id, bytes, bases[ids.length])
    ids.push(id)
    segment = Buffer.allocUnsafeSlow(SEGMENT_BYTES)
    filled = 0
  }
  for (const text of texts) {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; ) {
      const taken = bytes.copy(segment, filled, at)
      filled += taken
      at += taken
      if (filled === SEGMENT_BYTES) await store()
    }
  }
  if (filled > 0) await store()
  return ids
}

/** The JSON of a document whose segments are `ids`. The caller checks its shape. */
export async function readDocument(reader: ObjectReader, ids: readonly ObjectId[]): Promise<Json> {
  const segments: Buffer[] = []
  for (const id of ids) segments.push(await reader.read('document', id))
  return parseDocument(Buffer.concat(segments).toString('utf8'), ids)
}

/** What a document's text, or a part of it, means. Fails with `DamagedError` where it is not JSON. */
export function parseDocument(text: string, ids: readonly ObjectId[]): Json {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    throw damaged(`document ${(ids[0] ?? '').slice(0, 10)} is not JSON (${(error as Error).name})`)
  }
}
