import { requireChosen } from '@dbsnap/core/adapter'
import { UsageError } from '@dbsnap/core/errors'
import type { CollectionLayout, JsonObject, SchemaDocument, SchemaObject } from '@dbsnap/core/values'
import { storageOf } from '../schema/read-schema.ts'
import { Crc64 } from './crc64.ts'
import { plainBson } from './plain-bson.ts'

/** What an archive is made of; `Repository` has all of it. */
export interface BsonArchiveInput {
  /** The manifest: where its records come from, and its collections. */
  readonly snapshot: {
    readonly source: { readonly engine: string; readonly engineVersion: string; readonly database: string }
    readonly collections: readonly { readonly layout: CollectionLayout; readonly bytes: number }[]
  }
  readonly schema: SchemaDocument
  /** The bytes of a collection's documents. */
  readonly records: (collection: string) => AsyncIterable<Buffer>
  /** Names or globs. Default: everything, views included. */
  readonly include?: readonly string[]
}

/** The archive format of MongoDB's tools, version 0.1. */
const MAGIC = Buffer.from([0x6d, 0xe2, 0x99, 0x81])
const TERMINATOR = Buffer.alloc(4, 0xff)

/** Bytes of documents under one header. Their reader takes them piece by piece; a header for each 16 MiB costs nothing. */
const BLOCK_BYTES = 16 * 1024 * 1024

/**
 * A snapshot as one archive that `mongorestore --archive` alone loads: collections with options, indexes and documents, and views.
 * Pieces as they come. Fails with `UnknownCollectionError` where a name fits nothing, with `UsageError` for another engine's snapshot.
 */
export async function* bsonArchive(input: BsonArchiveInput): AsyncGenerator<Buffer, void, undefined> {
  const { snapshot, schema, records } = input
  const { engine, engineVersion, database } = snapshot.source
  if (engine !== 'mongodb') {
    throw new UsageError(`a snapshot of ${engine} has no documents to put into an archive`, {
      hint: 'Use another format.',
    })
  }
  const objects = requireChosen(
    input.schema.objects.filter(({ kind }) => kind !== 'index'),
    input.include,
  )
  yield MAGIC
  yield plainBson({ concurrent_collections: 1, version: '0.1', server_version: engineVersion, tool_version: 'dbsnap' })
  const sizes = new Map(snapshot.collections.map(({ layout, bytes }) => [layout.name, bytes]))
  for (const object of objects) {
    yield plainBson({
      db: database,
      collection: object.name,
      metadata: metadataOf(object, schema.objects),
      size: BigInt(sizes.get(object.name) ?? 0),
      type: object.kind,
    })
  }
  yield TERMINATOR
  for (const object of objects) {
    const namespace = { db: database, collection: storageOf(object) }
    const crc = new Crc64()
    if (object.kind !== 'view') yield* blocks(records(object.name), namespace, crc)
    yield plainBson({ ...namespace, EOF: true, CRC: crc.value })
    yield TERMINATOR
  }
}

async function* blocks(
  records: AsyncIterable<Buffer>,
  namespace: { readonly db: string; readonly collection: string },
  crc: Crc64,
): AsyncGenerator<Buffer, void, undefined> {
  let open = false
  let written = 0
  for await (const bytes of wholeDocuments(records)) {
    if (!open) yield plainBson({ ...namespace, EOF: false, CRC: 0n })
    open = true
    crc.update(bytes)
    written += bytes.length
    yield bytes
    if (written < BLOCK_BYTES) continue
    yield TERMINATOR
    open = false
    written = 0
  }
  if (open) yield TERMINATOR
}

/** A block ends after a whole document; chunks of a snapshot do as well, so that mostly nothing is joined. */
async function* wholeDocuments(records: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let rest = Buffer.alloc(0)
  for await (const piece of records) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    let end = 0
    while (bytes.length - end >= 4 && end + bytes.readInt32LE(end) <= bytes.length) end += bytes.readInt32LE(end)
    if (end > 0) yield bytes.subarray(0, end)
    rest = Buffer.from(bytes.subarray(end))
  }
}

/** What `mongodump` writes into a file of its own for each collection. */
function metadataOf({ name, kind, definition }: SchemaObject, objects: readonly SchemaObject[]): string {
  const indexes = objects.filter((object) => object.kind === 'index' && object.collection === name).map(indexText)
  return `{"options":${JSON.stringify(definition)},"indexes":[${indexes.join(',')}],"collectionName":${JSON.stringify(name)},"type":"${kind}"}`
}

/** Written by hand: an object of JavaScript would put fields whose names are numbers first. */
function indexText({ definition }: SchemaObject): string {
  const { key, ...options } = definition
  const pairs = (key as readonly (readonly [string, JsonObject])[]).map(
    ([field, direction]) => `${JSON.stringify(field)}:${JSON.stringify(direction)}`,
  )
  return `{"key":{${pairs.join(',')}},${JSON.stringify(options).slice(1)}`
}
