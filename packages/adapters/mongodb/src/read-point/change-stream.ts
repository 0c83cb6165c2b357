import { readCursorReply } from '../connection/cursor-reply.ts'
import type { MongoConnection } from '../connection/mongo-connection.ts'
import { deserialize } from '../connection/read-cursor.ts'
import type { Document } from '../mongodb-client.ts'
import { isAfter, type Moment } from './moment.ts'

/** Events of a reply, at most. */
const BATCH = 1000
/** How long a server waits for events that may never come. */
const WAIT_MS = 200

/** The key of a document that was written. */
export interface WrittenKey {
  readonly collection: string
  /** A document of nothing but the `_id`. */
  readonly key: Buffer
}

/**
 * The keys of all documents that were written from one moment to another, both included, as the change stream of the database has
 * them. Fails where the server does not remember that far back.
 */
export async function* writtenKeys(
  connection: MongoConnection,
  from: Moment,
  to: Moment,
  collections: ReadonlySet<string>,
): AsyncGenerator<WrittenKey[], void, undefined> {
  const doing = 'read what was written meanwhile'
  const session = connection.startSession()
  try {
    let command: Document = {
      aggregate: 1,
      pipeline: [
        { $changeStream: { startAtOperationTime: from } },
        { $match: { operationType: { $in: ['insert', 'update', 'replace', 'delete'] } } },
        { $project: { clusterTime: 1, documentKey: 1, 'ns.coll': 1 } },
      ],
      cursor: { batchSize: BATCH },
      readConcern: { level: 'majority' },
    }
    // A reply from after the moment may still have looked before it; the one after that has not.
    for (let isPast = false; ; ) {
      const reply = await connection.run(command, { doing, raw: true, session })
      const { id, documents, count } = readCursorReply(reply.cursor as Buffer)
      const { keys, isLater } = keysOf(connection, documents, to, collections)
      if (keys.length > 0) yield keys
      if (isLater || (isPast && count === 0)) return
      isPast ||= !isAfter(to, reply.operationTime as Moment)
      command = { getMore: id, collection: '$cmd.aggregate', batchSize: BATCH, maxTimeMS: WAIT_MS }
    }
  } finally {
    // The cursor, which never ends by itself, goes with its session.
    await session.endSession()
  }
}

function keysOf(
  connection: MongoConnection,
  documents: Buffer,
  to: Moment,
  collections: ReadonlySet<string>,
): { readonly keys: WrittenKey[]; readonly isLater: boolean } {
  const keys: WrittenKey[] = []
  for (let at = 0; at < documents.length; at += documents.readInt32LE(at)) {
    const event = deserialize(connection, documents.subarray(at, at + documents.readInt32LE(at)))
    const { clusterTime, documentKey, ns } = event as {
      clusterTime: Moment
      documentKey: Map<string, unknown>
      ns: Map<string, unknown>
    }
    if (isAfter(clusterTime, to)) return { keys, isLater: true }
    const collection = String(ns.get('coll'))
    if (!collections.has(collection)) continue
    keys.push({ collection, key: Buffer.from(connection.driver.BSON.serialize({ _id: documentKey.get('_id') })) })
  }
  return { keys, isLater: false }
}
