import type { ObjectReader, ObjectWriter } from '../ports/object-access.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { SchemaDocument, SchemaListing, SchemaObject } from '../values/schema.ts'
import { DOCUMENT, parseDocument } from './documents.ts'
import { linesOf, writeText } from './stored-text.ts'

/**
 * Stores a schema as a document that has each object on a line of its own, so that it can be written and read one object
 * after the other: 10 000 tables have 40 000 objects. Resolves with the ids of its segments.
 */
export function writeSchema(
  writer: ObjectWriter,
  schema: SchemaListing,
  bases: readonly ObjectId[] = [],
): Promise<ObjectId[]> {
  return writeText(writer, DOCUMENT, textsOf(schema), bases)
}

function* textsOf({ objects, ...head }: SchemaListing): Generator<string, void, undefined> {
  yield JSON.stringify({ ...head, objects: [] }).slice(0, -2)
  let separator = '\n'
  for (const object of objects) {
    yield separator + JSON.stringify(object)
    separator = ',\n'
  }
  yield '\n]}'
}

/** The whole schema whose segments are `ids`. Fails with `DamagedError` where it is not one. */
export async function readSchema(reader: ObjectReader, ids: readonly ObjectId[]): Promise<SchemaDocument> {
  const { head, objects } = await openSchema(reader, ids)
  const all: SchemaObject[] = []
  for await (const object of objects) all.push(object)
  return { ...head, objects: all }
}

/** Its objects, each read when it is asked for. Fails likewise. */
export async function* readSchemaObjects(
  reader: ObjectReader,
  ids: readonly ObjectId[],
): AsyncGenerator<SchemaObject, void, undefined> {
  yield* (await openSchema(reader, ids)).objects
}

interface OpenedSchema {
  readonly head: Omit<SchemaDocument, 'objects'>
  readonly objects: AsyncIterable<SchemaObject> | Iterable<SchemaObject>
}

/** Where all of it stands on one line it is read at once. */
async function openSchema(reader: ObjectReader, ids: readonly ObjectId[]): Promise<OpenedSchema> {
  const lines = linesOf(reader, DOCUMENT, ids)
  const { value: first = '' } = await lines.next()
  const isOpen = first.endsWith('[')
  const { objects, ...head } = parseDocument(isOpen ? `${first}]}` : first, ids) as unknown as SchemaDocument
  return { head, objects: isOpen ? objectsOf(lines, ids) : objects }
}

async function* objectsOf(
  lines: AsyncIterable<string>,
  ids: readonly ObjectId[],
): AsyncGenerator<SchemaObject, void, undefined> {
  let last = ''
  for await (const line of lines) {
    last = line
    if (line !== ']}') yield parseDocument(line.replace(/,$/, ''), ids) as unknown as SchemaObject
  }
  // Where the end is missing, this says that it is not JSON.
  if (last !== ']}') parseDocument('', ids)
}
