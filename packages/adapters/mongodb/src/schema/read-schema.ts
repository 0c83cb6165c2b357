import type { Json, JsonObject, SchemaObject } from '@dbsnap/core/values'
import type { MongoConnection } from '../connection/mongo-connection.ts'
import { deserialize } from '../connection/read-cursor.ts'
import type { Document } from '../mongodb-client.ts'
import { type CollectionFacts, storedIn } from './list-collections.ts'
import { type IndexFacts, listIndexes } from './list-indexes.ts'

/** The schema objects of collections with their indexes, and of views. */
export async function readSchema(
  connection: MongoConnection,
  collections: readonly CollectionFacts[],
  views: readonly CollectionFacts[],
): Promise<SchemaObject[]> {
  const objects: SchemaObject[] = []
  for (const collection of collections) {
    objects.push(collectionObject(connection, collection))
    // Indexes of a time series are listed as they were made, not as those of its buckets.
    for (const index of await listIndexes(connection, collection.name)) {
      objects.push(indexObject(connection, collection, index))
    }
  }
  for (const view of inOrder(views)) objects.push(viewObject(connection, view, views))
  return objects
}

/** `collection` or `timeseries`: the options that it was made with. */
function collectionObject(connection: MongoConnection, facts: CollectionFacts): SchemaObject {
  const { name, type, optionsDocument } = facts
  return {
    kind: type,
    name,
    collection: name,
    definition: extended(connection, optionsDocument),
    state: { bson: facts.options.toString('base64') },
    dependsOn: [],
    section: 'pre-data',
    statements: [statement(connection, { create: name, ...optionsDocument })],
  }
}

/** An index: its key as pairs, because their order matters, and every option. */
function indexObject(
  connection: MongoConnection,
  { name: collection, type }: CollectionFacts,
  { name, specification }: IndexFacts,
): SchemaObject {
  const { key, ...options } = deserialize(connection, specification) as Document & { key: Map<string, unknown> }
  const pairs = [...key].map(
    ([field, direction]) =>
      [field, connection.driver.BSON.EJSON.serialize(direction, { relaxed: false })] as [string, Json],
  )
  return {
    kind: 'index',
    name: `${collection}.${name}`,
    collection,
    definition: { key: pairs, ...extended(connection, options) },
    state: { bson: specification.toString('base64') },
    dependsOn: [`${type}:${collection}`],
    section: 'post-data',
    statements: [statement(connection, { createIndexes: collection, indexes: [{ key, ...options }] })],
  }
}

/** Views on views after them: the server compares their collations when one is made. */
function inOrder(views: readonly CollectionFacts[]): CollectionFacts[] {
  const left = new Map(views.map((view) => [view.name, view]))
  const ordered: CollectionFacts[] = []
  const visit = (view: CollectionFacts): void => {
    if (!left.delete(view.name)) return
    const under = left.get(String(view.optionsDocument.viewOn))
    if (under !== undefined) visit(under)
    ordered.push(view)
  }
  for (const view of views) visit(view)
  return ordered
}

function viewObject(
  connection: MongoConnection,
  { name, options, optionsDocument }: CollectionFacts,
  views: readonly CollectionFacts[],
): SchemaObject {
  const under = String(optionsDocument.viewOn)
  return {
    kind: 'view',
    name,
    definition: extended(connection, optionsDocument),
    state: { bson: options.toString('base64') },
    dependsOn: views.some((view) => view.name === under) ? [`view:${under}`] : [],
    section: 'post-data',
    statements: [statement(connection, { create: name, ...optionsDocument })],
  }
}

/** The bytes of the options or the specification that an object was read with. */
export function bytesOf({ state }: SchemaObject): Buffer {
  return Buffer.from((state as { bson: string }).bson, 'base64')
}

/** The collection whose records are meant by an object's collection. */
export function storageOf(object: SchemaObject): string {
  return storedIn({ name: object.name, type: object.kind as CollectionFacts['type'] })
}

function extended(connection: MongoConnection, document: Document): JsonObject {
  return connection.driver.BSON.EJSON.serialize(document, { relaxed: false }) as JsonObject
}

/** A command for people to read: canonical extended JSON. */
function statement(connection: MongoConnection, command: Document): string {
  return JSON.stringify(extended(connection, command))
}
