import { memory, Repository } from '@dbsnap/core'
import { type MongoTopology, mongoUnavailable, sharedMongo } from '@dbsnap/test-servers'
import { BSON, MongoClient } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { mongodb } from '../src/index.ts'
import { importMongoDriver } from '../src/mongodb-client.ts'
import { factsOf } from './database-facts.ts'
import { fillEveryKind, oddDocuments } from './every-kind.ts'
import { databaseOf } from './mongo-fixture.ts'

async function filled(url: string): Promise<void> {
  const client = new MongoClient(url)
  try {
    const db = client.db(databaseOf(url))
    await fillEveryKind(db)
    await client.db('admin').command({ setParameter: 1, ttlMonitorEnabled: false })
    const { DocumentSequence } = await importMongoDriver()
    for (const document of oddDocuments()) {
      const documents = new DocumentSequence('documents')
      documents.push({}, document)
      await db.command({ insert: 'odd', documents })
    }
    await db.command({
      update: 'odd',
      updates: [{ q: { _id: 4 }, u: { $set: { zero: new BSON.Timestamp({ t: 0, i: 0 }) } } }],
    })
  } finally {
    await client.close()
  }
}

describe.skipIf(await mongoUnavailable())('a MongoDB database with every BSON type, option and kind of index', () => {
  for (const topology of ['replica-set', 'standalone'] as const satisfies MongoTopology[]) {
    it(`comes back the same, on a ${topology}: listCollections, listIndexes and the bytes of every document`, async () => {
      const server = await sharedMongo(topology)
      const [sourceUrl, targetUrl] = [server.url(), server.url()]
      await filled(sourceUrl)
      const repository = await Repository.create(memory(), { passphrase: 'test' })
      const warnings: string[] = []
      const snapshot = await repository.take(mongodb(sourceUrl), { onWarning: ({ code }) => warnings.push(code) })
      expect(warnings.sort()).toEqual(['NATURAL_ORDER_LEFT_OUT', 'NOT_ONE_MOMENT'])
      const unordered = snapshot.warnings.find(({ code }) => code === 'NATURAL_ORDER_LEFT_OUT')
      expect(unordered?.message).toMatch(/: capped_otherwise$/)
      const { proof } = await repository.restore(snapshot, mongodb(targetUrl), { mode: 'create' })
      expect(proof.schema).toEqual({ added: 0, removed: 0, changed: 0 })
      const [before, after] = [await factsOf(sourceUrl), await factsOf(targetUrl)]
      expect(after.collections).toEqual(before.collections)
      expect(after.indexes).toEqual(before.indexes)
      expect(after.documents).toEqual(before.documents)
      expect(Object.keys(before.documents)).toHaveLength(13)

      const again = await repository.take(mongodb(sourceUrl))
      expect(again.collections.map(({ root }) => root)).toEqual(snapshot.collections.map(({ root }) => root))

      const overwritten = await repository.restore(snapshot, mongodb(targetUrl), { mode: 'overwrite', confirm: true })
      expect(overwritten.collections.filter(({ route }) => route === 'load').map(({ name }) => name)).toEqual([
        'capped',
        'capped_otherwise',
        'weather',
      ])
      expect(await factsOf(targetUrl)).toEqual(after)
    })
  }
})
