import type { Document } from '../mongodb-client.ts'
import { KEEP_TYPES, type MongoConnection } from './mongo-connection.ts'

/** A document with its nested documents as bytes. */
export type RawFields = Readonly<Record<string, unknown>>

/** All documents of a small cursor (collections, indexes), nested ones as bytes. */
export async function readSmallCursor(
  connection: MongoConnection,
  command: Document,
  doing: string,
): Promise<Buffer[]> {
  const session = connection.startSession()
  try {
    const documents: Buffer[] = []
    let reply = await connection.run(command, { doing, session })
    for (;;) {
      const { id, ns, firstBatch, nextBatch } = reply.cursor as {
        id: { toString(): string; isZero(): boolean }
        ns: string
        firstBatch?: Document[]
        nextBatch?: Document[]
      }
      for (const document of firstBatch ?? nextBatch ?? []) documents.push(serialize(connection, document))
      if (id.isZero()) return documents
      reply = await connection.run({ getMore: id, collection: ns.slice(ns.indexOf('.') + 1) }, { doing, session })
    }
  } finally {
    await session.endSession()
  }
}

/** A document as bytes; its types were kept when it was read. */
export function serialize(connection: MongoConnection, document: Document): Buffer {
  return Buffer.from(connection.driver.BSON.serialize(document, { ignoreUndefined: false, checkKeys: false }))
}

/** A document as an object that can be sent again as it was. */
export function deserialize(connection: MongoConnection, bytes: Uint8Array): Document {
  return connection.driver.BSON.deserialize(bytes, KEEP_TYPES)
}
