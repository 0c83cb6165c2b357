import { BSON, type Document, MongoClient } from 'mongodb'
import { databaseOf } from './mongo-fixture.ts'

/** What the server itself says of a database: options, indexes and the bytes of every document, of which it knows nothing of DBSnap. */
export interface DatabaseFacts {
  readonly collections: readonly Document[]
  readonly indexes: Readonly<Record<string, readonly Document[]>>
  /** Hex of each document, in the server's `_id` order. */
  readonly documents: Readonly<Record<string, readonly string[]>>
}

/** Asks the server through a client of its own. */
export async function factsOf(url: string): Promise<DatabaseFacts> {
  const client = new MongoClient(url)
  try {
    const db = client.db(databaseOf(url))
    const listed = await db.command({ listCollections: 1, cursor: { batchSize: 1000 } }, { promoteValues: false })
    const all: Document[] = listed.cursor.firstBatch
    all.sort((a, b) => (a.name < b.name ? -1 : 1))
    const indexes: Record<string, readonly Document[]> = {}
    const documents: Record<string, readonly string[]> = {}
    for (const { name, type } of all) {
      if (type !== 'view' && !name.startsWith('system.')) {
        const found = await db.command({ listIndexes: name, cursor: { batchSize: 1000 } }, { promoteValues: false })
        indexes[name] = found.cursor.firstBatch.sort((a: Document, b: Document) => (a.name < b.name ? -1 : 1))
      }
      if (type !== 'collection' || name === 'system.views') continue
      const cursor = db.collection(name).find({}, { raw: true, sort: { _id: 1 }, collation: { locale: 'simple' } })
      documents[name] = (await cursor.toArray()).map((document) =>
        Buffer.from(document as unknown as Buffer).toString('hex'),
      )
    }
    return {
      collections: all.map(({ info: { uuid: _, ...info }, ...facts }) => ({ ...facts, info })),
      indexes,
      documents,
    }
  } finally {
    await client.close()
  }
}

/** The documents of a collection, decoded. */
export function decoded(facts: DatabaseFacts, collection: string): Document[] {
  return (facts.documents[collection] ?? []).map((hex) =>
    BSON.deserialize(Buffer.from(hex, 'hex'), { promoteValues: false }),
  )
}
