import { readCursorReply } from '../connection/cursor-reply.ts'
import type { MongoConnection } from '../connection/mongo-connection.ts'
import type { Document, DriverSession } from '../mongodb-client.ts'

/** Keys of a reply. */
const BATCH = 20_000

/**
 * Whether the documents of a collection were put into it in the order of their `_id`, as those that a driver gives are: then that order is
 * kept by reading and restoring them in it. Two scans of the `_id` alone, in step. Writes meanwhile can make it false.
 */
export async function isInIdOrder(connection: MongoConnection, collection: string): Promise<boolean> {
  const [natural, byId] = [
    new IdCursor(connection, collection, { $natural: 1 }),
    new IdCursor(connection, collection, { _id: 1 }),
  ]
  try {
    for (;;) {
      const [a, b] = [await natural.next(), await byId.next()]
      if (!a.equals(b)) return false
      if (a.length === 0) return true
    }
  } finally {
    await natural.close()
    await byId.close()
  }
}

/** Documents of nothing but their `_id`, as many at a time whatever the order. */
class IdCursor {
  readonly #connection: MongoConnection
  readonly #collection: string
  readonly #session: DriverSession
  #command: Document | undefined

  constructor(connection: MongoConnection, collection: string, sort: Document) {
    this.#connection = connection
    this.#collection = collection
    this.#session = connection.startSession()
    const simple = '_id' in sort ? { collation: { locale: 'simple' }, allowDiskUse: true } : {}
    this.#command = { find: collection, projection: { _id: 1 }, sort, batchSize: BATCH, ...simple }
  }

  /** Empty at the end. */
  async next(): Promise<Buffer> {
    if (this.#command === undefined) return Buffer.alloc(0)
    const options = { doing: `read the order of ${this.#collection}`, raw: true, session: this.#session }
    const { cursor } = await this.#connection.run(this.#command, options)
    const { id, documents } = readCursorReply(cursor as Buffer)
    this.#command = id === 0n ? undefined : { getMore: id, collection: this.#collection, batchSize: BATCH }
    return documents
  }

  /** Its session takes a cursor that was left along. */
  async close(): Promise<void> {
    await this.#session.endSession()
  }
}
