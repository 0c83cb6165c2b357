import type { Document } from '../mongodb-client.ts'
import { readCursorReply } from './cursor-reply.ts'
import { KEEP_TYPES, type MongoConnection } from './mongo-connection.ts'

const DOCUMENT = 3
const ARRAY = 4
const ID_NAME = Buffer.from('_id\0')

/** All documents of a small cursor (collections, indexes), byte for byte. */
export async function readSmallCursor(
  connection: MongoConnection,
  command: Document,
  doing: string,
): Promise<Buffer[]> {
  const session = connection.startSession()
  const [[, collection] = ['', '']] = Object.entries(command)
  // The server gives the cursors of lists of collections and indexes names of their own.
  const stored = 'listCollections' in command ? '$cmd.listCollections' : String(collection)
  try {
    const documents: Buffer[] = []
    let reply = await connection.run(command, { doing, session, raw: true })
    for (;;) {
      const { id, documents: bytes } = readCursorReply(reply.cursor as Buffer)
      for (let at = 0; at < bytes.length; at += bytes.readInt32LE(at)) {
        documents.push(Buffer.from(bytes.subarray(at, at + bytes.readInt32LE(at))))
      }
      if (id === 0n) return documents
      reply = await connection.run({ getMore: id, collection: stored }, { doing, session, raw: true })
    }
  } finally {
    await session.endSession()
  }
}

/**
 * A document as an object that can be sent again as it was: every type in its own class, and what is nested as maps, because objects of
 * JavaScript put names that are numbers first.
 */
export function deserialize(connection: MongoConnection, bytes: Uint8Array): Document {
  return Object.fromEntries(ordered(connection, bytes))
}

/** The `_id` of a document as `deserialize` has it. Nothing else of it is looked at: other texts may be no UTF-8. */
export function idOf(connection: MongoConnection, bytes: Uint8Array): unknown {
  const element = idElement(connection, bytes)
  return element && bsonValue(connection, element.type, element.value)
}

/** A document of nothing but the `_id` of another, byte for byte. */
export function idDocument(connection: MongoConnection, bytes: Uint8Array): Buffer {
  const element = idElement(connection, bytes)
  return element === undefined ? documentOf([]) : documentOf([Buffer.from([element.type]), ID_NAME, element.value])
}

function idElement(
  connection: MongoConnection,
  bytes: Uint8Array,
): { readonly type: number; readonly value: Uint8Array } | undefined {
  for (const [type, nameStart, nameLength, start, length] of connection.driver.BSON.onDemand.parseToElements(bytes)) {
    const name = Buffer.from(bytes.subarray(nameStart, nameStart + nameLength)).toString()
    if (name === '_id') return { type, value: bytes.subarray(start, start + length) }
  }
  return undefined
}

/** Whether a command can name the `_id` of a document: not one with a text that is no UTF-8, or with a name that stands twice. */
export function hasNameableId(connection: MongoConnection, bytes: Buffer): boolean {
  try {
    const sent = Buffer.from(connection.driver.BSON.serialize({ _id: idOf(connection, bytes) }))
    return bytes.includes(sent.subarray(4, -1))
  } catch {
    return false // what cannot be read cannot be named
  }
}

function ordered(connection: MongoConnection, bytes: Uint8Array): Map<string, unknown> {
  const map = new Map<string, unknown>()
  for (const [type, nameStart, nameLength, start, length] of connection.driver.BSON.onDemand.parseToElements(bytes)) {
    const name = Buffer.from(bytes.subarray(nameStart, nameStart + nameLength)).toString()
    map.set(name, bsonValue(connection, type, bytes.subarray(start, start + length)))
  }
  return map
}

function bsonValue(connection: MongoConnection, type: number, bytes: Uint8Array): unknown {
  if (type === DOCUMENT) return ordered(connection, bytes)
  if (type === ARRAY) return [...ordered(connection, bytes).values()]
  const document = documentOf([Buffer.from([type]), Buffer.from('v\0'), bytes])
  return connection.driver.BSON.deserialize(document, KEEP_TYPES).v
}

function documentOf(elements: readonly Uint8Array[]): Buffer {
  const document = Buffer.concat([Buffer.alloc(4), ...elements, Buffer.alloc(1)])
  document.writeInt32LE(document.length)
  return document
}
