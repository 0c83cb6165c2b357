import { BSON, type Db, type Document, MongoClient } from 'mongodb'
import { databaseOf } from './mongo-fixture.ts'

/** What the server itself says of a database, byte for byte as hex: the judge that knows nothing of DBSnap. */
export interface DatabaseFacts {
  /** Name, type and options of all that `listCollections` lists. */
  readonly collections: readonly Document[]
  /** What `listIndexes` lists of each collection. */
  readonly indexes: Readonly<Record<string, readonly string[]>>
  /** Each document, in the server's `_id` order. */
  readonly documents: Readonly<Record<string, readonly string[]>>
}

/** Asks the server through a client of its own. */
export async function factsOf(url: string): Promise<DatabaseFacts> {
  const client = new MongoClient(url)
  try {
    const db = client.db(databaseOf(url))
    const all = (await rawBatch(db, { listCollections: 1, cursor: { batchSize: 1000 } })).map((bytes) => {
      const { name, type, options } = BSON.deserialize(bytes, { raw: true })
      return { name: String(name), type: String(type), options: hex(options) }
    })
    all.sort((a, b) => (a.name < b.name ? -1 : 1))
    const indexes: Record<string, readonly string[]> = {}
    const documents: Record<string, readonly string[]> = {}
    for (const { name, type } of all) {
      if (type !== 'view' && !name.startsWith('system.')) {
        indexes[name] = (await rawBatch(db, { listIndexes: name, cursor: { batchSize: 1000 } })).map(hex).sort()
      }
      if (type !== 'collection' || name === 'system.views') continue
      const find = {
        find: name,
        sort: { _id: 1 },
        collation: { locale: 'simple' },
        batchSize: 10_000,
        allowDiskUse: true,
      }
      documents[name] = (await rawBatch(db, find)).map(hex)
    }
    return { collections: all, indexes, documents }
  } finally {
    await client.close()
  }
}

async function rawBatch(db: Db, command: Document): Promise<Uint8Array[]> {
  const { cursor } = await db.command(command, { raw: true })
  return BSON.deserialize(cursor, { raw: true }).firstBatch
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
