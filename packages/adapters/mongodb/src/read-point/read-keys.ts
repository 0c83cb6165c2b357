import { readCursorReply } from '../connection/cursor-reply.ts'
import type { MongoConnection } from '../connection/mongo-connection.ts'
import { deserialize } from '../connection/read-cursor.ts'
import type { Document } from '../mongodb-client.ts'
import type { Moment } from './moment.ts'

/** Those documents of a collection that are there at a moment and have one of these keys, in `_id` order of the simple collation. */
export async function* readKeys(
  connection: MongoConnection,
  collection: string,
  keys: readonly Buffer[],
  moment: Moment,
): AsyncGenerator<Buffer, void, undefined> {
  const doing = `read what changed in ${collection}`
  const session = connection.startSession()
  try {
    let command: Document | undefined = {
      find: collection,
      filter: { _id: { $in: keys.map((key) => deserialize(connection, key)._id) } },
      sort: { _id: 1 },
      collation: { locale: 'simple' },
      allowDiskUse: true,
      readConcern: { level: 'snapshot', atClusterTime: moment },
    }
    while (command !== undefined) {
      const { cursor } = await connection.run(command, { doing, raw: true, session })
      const { id, documents } = readCursorReply(cursor as Buffer)
      for (let at = 0; at < documents.length; at += documents.readInt32LE(at)) {
        yield documents.subarray(at, at + documents.readInt32LE(at))
      }
      command = id === 0n ? undefined : { getMore: id, collection }
    }
  } finally {
    await session.endSession()
  }
}
