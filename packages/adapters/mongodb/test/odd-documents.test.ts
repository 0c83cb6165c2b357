import { type MongoTopology, mongoUnavailable } from '@dbsnap/test-servers'
import { BSON, type Db, type Document } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { mongodb } from '../src/index.ts'
import { importMongoDriver } from '../src/mongodb-client.ts'
import { repositoryInMemory, testDatabase } from './test-database.ts'

const OVERWRITE = { mode: 'overwrite', confirm: true, safety: false } as const

/** A document whose text `??` is no UTF-8. */
function broken(document: Document): Buffer {
  const bytes = Buffer.from(BSON.serialize(document))
  const at = bytes.indexOf('??')
  return bytes.fill(0xff, at, at + 2)
}

async function insert(db: Db, ...documents: readonly Buffer[]): Promise<void> {
  const { DocumentSequence } = await importMongoDriver()
  const sequence = new DocumentSequence('documents')
  sequence.push({}, Buffer.concat(documents))
  await db.command({ insert: 'odd', documents: sequence })
}

const bytesOf = async (db: Db): Promise<string[]> =>
  (await db.collection('odd').find({}, { raw: true }).toArray())
    .map((document) => Buffer.from(document as unknown as Uint8Array).toString('hex'))
    .sort()

const TOPOLOGIES: readonly MongoTopology[] = ['standalone', 'replica-set']

describe.skipIf(await mongoUnavailable()).each(TOPOLOGIES)('documents that are no UTF-8 in a %s', (topology) => {
  it('are put back and taken out by overwrite', async () => {
    await using database = await testDatabase(topology)
    const { db, url } = database
    await insert(db, broken({ _id: 1, text: '??' }), broken({ _id: 2, text: '??' }))
    const before = await bytesOf(db)
    const repository = await repositoryInMemory()
    const snapshot = await repository.take(mongodb(url))
    await db.command({ delete: 'odd', deletes: [{ q: { _id: 1 }, limit: 1 }] })
    await db.command({ update: 'odd', updates: [{ q: { _id: 2 }, u: { $set: { more: 1 } } }] })
    await insert(db, broken({ _id: 3, text: '??' }))
    await repository.restore(snapshot, mongodb(url), OVERWRITE)
    expect(await bytesOf(db)).toEqual(before)
  })

  it('are refused before anything is written where no command can name their _id', async () => {
    await using database = await testDatabase(topology)
    const { db, url } = database
    await insert(db, broken({ _id: '??', n: 1 }), Buffer.from(BSON.serialize({ _id: 'plain', n: 1 })))
    const repository = await repositoryInMemory()
    const snapshot = await repository.take(mongodb(url))
    await db.command({ update: 'odd', updates: [{ q: {}, u: { $set: { n: 2 } }, multi: true }] })
    const before = await bytesOf(db)
    await expect(repository.restore(snapshot, mongodb(url), OVERWRITE)).rejects.toMatchObject({
      code: 'INCOMPATIBLE_TARGET',
      data: { collection: 'odd' },
    })
    expect(await bytesOf(db)).toEqual(before)
    expect((await db.listCollections().toArray()).map(({ name }) => name)).toEqual(['odd'])
  })
})
