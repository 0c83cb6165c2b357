import { damaged } from '../format/format-version.ts'
import type { ObjectReader, ObjectWriter } from '../ports/object-access.ts'
import type { Json } from '../values/json.ts'
import type { ObjectId } from '../values/object-id.ts'
import { type TextForm, writeText } from './stored-text.ts'

/** Documents begin with nothing but their text. */
export const DOCUMENT: TextForm = { kind: 'document', bytes: 1024 * 1024, mark: Buffer.alloc(0) }

/**
 * Stores JSON as objects of the kind `document`, in segments of at most 1 MiB; resolves with their ids, in order. `bases`
 * are the ids of the document that it probably resembles (the previous snapshot's schema).
 */
export function writeDocument(
  writer: ObjectWriter,
  json: unknown,
  bases: readonly ObjectId[] = [],
): Promise<ObjectId[]> {
  return writeText(writer, DOCUMENT, [JSON.stringify(json)], bases)
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
