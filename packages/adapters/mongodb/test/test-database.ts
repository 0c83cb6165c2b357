import { memory, Repository } from '@dbsnap/core'
import { type MongoTopology, sharedMongo } from '@dbsnap/test-servers'
import { type Db, MongoClient } from 'mongodb'
import { databaseOf } from './mongo-fixture.ts'

/** A database of one test's own, with a client to look at it and to change it. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string
  readonly db: Db
}

/** On the shared server, or at a URL. */
export async function testDatabase(topology: MongoTopology = 'replica-set', given?: string): Promise<TestDatabase> {
  const url = given ?? (await sharedMongo(topology)).url()
  const client = new MongoClient(url)
  const db = client.db(databaseOf(url))
  return {
    url,
    db,
    async [Symbol.asyncDispose]() {
      await db.dropDatabase().catch(() => {})
      await client.close()
    },
  }
}

/** A repository in memory. */
export function repositoryInMemory(): Promise<Repository> {
  return Repository.create(memory(), { passphrase: 'test' })
}

/** Documents `{ _id, note }`, so long that a few thousand are several replies. */
export function notes(count: number, from = 0): { _id: number; note: string }[] {
  return Array.from({ length: count }, (_, i) => ({ _id: from + i, note: `note ${from + i} `.repeat(40) }))
}

/** Inserts them. */
export async function insertNotes(db: Db, collection: string, documents: readonly { _id: number }[]): Promise<void> {
  await db.collection<{ _id: number }>(collection).insertMany([...documents])
}
