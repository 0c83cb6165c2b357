import type { MongoConnection } from '../connection/mongo-connection.ts'
import { readSmallCursor } from '../connection/read-cursor.ts'
import { serverCodeOf } from '../mongodb-error-translation.ts'

const NAMESPACE_NOT_FOUND = 26

/** An index as the server lists it. */
export interface IndexFacts {
  readonly name: string
  /** Its specification as BSON, as `createIndexes` takes it. */
  readonly specification: Buffer
}

/** The indexes of a collection that are built, without the one of `_id` that every collection has. */
export async function listIndexes(connection: MongoConnection, collection: string): Promise<IndexFacts[]> {
  const doing = `list the indexes of ${collection}`
  const bytes = await readSmallCursor(connection, { listIndexes: collection, cursor: {} }, doing).catch((error) => {
    if (serverCodeOf(error) === NAMESPACE_NOT_FOUND) return []
    throw error
  })
  const indexes: IndexFacts[] = []
  for (const raw of bytes) {
    const { name, key, clustered, buildUUID } = connection.driver.BSON.deserialize(raw, { raw: true }) as {
      name: string
      key: Uint8Array
      clustered?: boolean
      buildUUID?: unknown
    }
    // One that is being built stands with its build; the server gives `_id` and a clustered index to each collection itself.
    if (buildUUID !== undefined || clustered === true || isIdIndex(connection, key)) continue
    indexes.push({ name, specification: raw })
  }
  return indexes.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
}

function isIdIndex(connection: MongoConnection, key: Uint8Array): boolean {
  const entries = Object.entries(connection.driver.BSON.deserialize(key))
  return entries.length === 1 && entries[0]?.[0] === '_id' && entries[0][1] === 1
}
