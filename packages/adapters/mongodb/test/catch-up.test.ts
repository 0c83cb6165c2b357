import type { DatabaseSource, ReadPoint } from '@dbsnap/core/ports'
import { mongoUnavailable, sharedMongo, startMongo } from '@dbsnap/test-servers'
import type { Db } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { mongodb } from '../src/index.ts'
import { insertNotes, notes, repositoryInMemory, testDatabase } from './test-database.ts'

/** A source whose collections are written to as soon as the first bytes of the first one have come. */
function writtenWhileRead(url: string, disturb: () => Promise<unknown>): DatabaseSource {
  const source = mongodb({ url, consistency: 'catch-up' })
  return {
    engine: source.engine,
    label: source.label,
    async openReadPoint(options): Promise<ReadPoint> {
      const point = await source.openReadPoint(options)
      let isFirst = true
      const read = point.read.bind(point)
      point.read = async function* (collection, readOptions) {
        for await (const bytes of read(collection, readOptions)) {
          yield bytes
          if (!isFirst) continue
          isFirst = false
          await disturb()
        }
      }
      return point
    },
  }
}

async function write(db: Db): Promise<void> {
  await insertNotes(db, 'b', notes(3000, 10_000))
  await db.command({ insert: 'a', documents: [{ _id: -1 }, { _id: 2.5 }, { _id: { deep: 1 } }, { _id: 'text' }] })
  await db.command({
    update: 'a',
    updates: [{ q: { _id: { $lt: 100 } }, u: { $set: { note: 'changed' } }, multi: true }],
  })
  await db.command({ delete: 'a', deletes: [{ q: { _id: { $in: [50, 2999, 4999] } }, limit: 0 }] })
  await db.command({ delete: 'b', deletes: [{ q: { _id: { $lt: 10 } }, limit: 0 }] })
  await db.collection('b').createIndex({ note: 1 })
  // Came and went again.
  await db.command({ insert: 'a', documents: [{ _id: 'short-lived' }] })
  await db.command({ delete: 'a', deletes: [{ q: { _id: 'short-lived' }, limit: 0 }] })
}

describe.skipIf(await mongoUnavailable())('a read that takes longer than the server keeps its history', () => {
  it('is brought to one later moment', async () => {
    await using server = await startMongo({ parameters: ['--setParameter', 'minSnapshotHistoryWindowInSeconds=5'] })
    await using database = await testDatabase('replica-set', server.url())
    const { db, url } = database
    await insertNotes(db, 'a', notes(5000))
    await insertNotes(db, 'b', notes(5000))
    await db.createCollection('capped', { capped: true, size: 4096 })
    await db.command({ insert: 'capped', documents: [{ _id: 1 }] })
    const repository = await repositoryInMemory()
    const warnings: string[] = []
    const disturb = async (): Promise<void> => {
      await write(db)
      await db.command({ insert: 'not_chosen', documents: [{ _id: 1 }] })
    }
    const snapshot = await repository.take(writtenWhileRead(url, disturb), {
      include: ['a', 'b', 'capped'],
      onWarning: ({ message }) => warnings.push(message),
    })
    expect(warnings).toEqual(['read by themselves, while others may write to them: capped'])
    expect(snapshot.source.consistency).toBe('snapshot')
    expect(snapshot.collections.map(({ layout, consistency, records }) => [layout.name, consistency, records])).toEqual(
      [
        ['a', 'snapshot', 5001],
        ['b', 'snapshot', 7990],
        ['capped', 'collection', 1],
      ],
    )
    const schema = await repository.schema(snapshot)
    expect(schema.objects.map(({ kind, name }) => `${kind} ${name}`)).toContain('index b.note_1')
    const again = await repository.take(mongodb(url), { include: ['a', 'b'] })
    const roots = (collections: typeof snapshot.collections) =>
      collections.filter(({ layout }) => layout.name !== 'capped').map(({ root }) => root)
    expect(roots(again.collections)).toEqual(roots(snapshot.collections))
  })

  it('without a write in between is what any other read is', async () => {
    await using database = await testDatabase()
    await insertNotes(database.db, 'a', notes(2000))
    const repository = await repositoryInMemory()
    const plain = await repository.take(mongodb(database.url))
    const late = await repository.take(mongodb({ url: database.url, consistency: 'catch-up' }))
    expect(late.collections).toEqual(plain.collections)
    expect(late.source.readPoint).toMatch(/^\d+\.\d+$/)
  })

  it('fails whole where a collection comes or goes meanwhile, and on a standalone', async () => {
    await using database = await testDatabase()
    const { db, url } = database
    await insertNotes(db, 'a', notes(5000))
    await insertNotes(db, 'b', notes(10))
    const repository = await repositoryInMemory()
    for (const disturb of [() => db.createCollection('c'), () => db.collection('b').rename('d')]) {
      await expect(repository.take(writtenWhileRead(url, disturb))).rejects.toMatchObject({ code: 'READ_POINT_LOST' })
    }
    expect(await repository.list()).toEqual([])
    const standalone = mongodb({ url: (await sharedMongo('standalone')).url(), consistency: 'catch-up' })
    await expect(repository.take(standalone)).rejects.toMatchObject({ code: 'UNSUPPORTED_SERVER' })
  })
})
