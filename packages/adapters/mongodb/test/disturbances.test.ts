import { isDbSnapError } from '@dbsnap/core/errors'
import { mongoUnavailable, startMongo } from '@dbsnap/test-servers'
import { MongoClient } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { type MongoOptions, mongodb } from '../src/index.ts'
import { databaseOf } from './mongo-fixture.ts'
import { insertNotes, notes, repositoryInMemory, type TestDatabase, testDatabase } from './test-database.ts'

/** Of `notes`: enough for eight replies of the server. */
const NOTES = 20_000

const quiet = { concurrency: 1, onWarning: () => {} }

/** Reads `notes` and does something when the first of several replies has come, of which one more is on its way. */
async function readWhile(options: MongoOptions, disturb: () => Promise<unknown>): Promise<Buffer> {
  const point = await mongodb(options).openReadPoint(quiet)
  try {
    const parts: Buffer[] = []
    for await (const part of point.read('notes')) {
      parts.push(Buffer.from(part))
      if (parts.length === 1) await disturb()
    }
    expect(parts.length).toBeGreaterThan(2)
    return Buffer.concat(parts)
  } finally {
    await point.close()
  }
}

async function withNotes(given?: string): Promise<TestDatabase & { readonly bytes: Buffer }> {
  const database = await testDatabase('replica-set', given)
  await insertNotes(database.db, 'notes', notes(NOTES))
  return { ...database, bytes: await readWhile({ url: database.url }, async () => {}) }
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'success',
    (error) => (isDbSnapError(error) ? error.code : String(error)),
  )
}

describe.skipIf(await mongoUnavailable())('a read that is disturbed', () => {
  it('goes on where it stood when its cursor is lost, with not one document more or less', async () => {
    await using server = await startMongo()
    await using database = await withNotes(server.url())
    const killed = readWhile({ url: database.url }, async () => {
      await insertNotes(database.db, 'notes', notes(100, NOTES))
      await database.db.admin().command({ killAllSessionsByPattern: [] })
    })
    expect((await killed).equals(database.bytes)).toBe(true)
  })

  it('reads two collections side by side while the time of the cluster moves on', async () => {
    await using database = await withNotes()
    await insertNotes(database.db, 'others', notes(NOTES))
    const point = await mongodb(database.url).openReadPoint({ ...quiet, concurrency: 2 })
    const read = async (collection: string): Promise<Buffer> => {
      const parts: Buffer[] = []
      for await (const part of point.read(collection)) {
        parts.push(Buffer.from(part))
        await database.db.collection('written').insertOne({})
      }
      return Buffer.concat(parts)
    }
    for (const bytes of await Promise.all([read('notes'), read('others')]))
      expect(bytes.equals(database.bytes)).toBe(true)
    await point.close()
  })

  it('without a moment fails whole when its cursor is lost', async () => {
    await using server = await startMongo({ topology: 'standalone' })
    await using database = await testDatabase('standalone', server.url())
    await insertNotes(database.db, 'notes', notes(NOTES))
    const killed = readWhile({ url: database.url }, () => database.db.admin().command({ killAllSessionsByPattern: [] }))
    expect(await codeOf(killed)).toBe('READ_POINT_LOST')
  })

  it('goes on, or fails whole, when another primary is elected', async () => {
    await using server = await startMongo()
    await using database = await withNotes(server.url())
    const read = readWhile({ url: database.url }, async () => {
      await database.db.admin().command({ replSetStepDown: 1, force: true })
    })
    const outcome = await read.then(
      (bytes) => bytes.equals(database.bytes),
      (error) => error.code,
    )
    expect([true, 'CONNECTION_FAILED', 'READ_POINT_LOST']).toContain(outcome)
  })

  it('fails whole when the collection is dropped, at once or later', async () => {
    await using early = await withNotes()
    const point = await mongodb(early.url).openReadPoint(quiet)
    await early.db.dropCollection('notes')
    const reading = (async () => {
      for await (const _ of point.read('notes'));
    })()
    expect(await codeOf(reading)).toBe('READ_POINT_LOST')
    await point.close()

    await using late = await withNotes()
    expect(await codeOf(readWhile({ url: late.url }, () => late.db.dropCollection('notes')))).toBe('READ_POINT_LOST')
    await insertNotes(late.db, 'notes', notes(NOTES))
    const again = readWhile({ url: late.url }, async () => {
      await late.db.dropCollection('notes')
      await insertNotes(late.db, 'notes', notes(1))
    })
    expect(await codeOf(again)).toBe('READ_POINT_LOST')
  })

  it('is whole or fails when an index is built meanwhile', async () => {
    await using database = await withNotes()
    const read = readWhile({ url: database.url }, () => database.db.collection('notes').createIndex({ note: 1 }))
    const outcome = await read.then(
      (bytes) => bytes.equals(database.bytes),
      (error) => error.code,
    )
    expect([true, 'READ_POINT_LOST']).toContain(outcome)
  })

  it('fails when the server has forgotten the moment', async () => {
    await using server = await startMongo({ parameters: ['--setParameter', 'minSnapshotHistoryWindowInSeconds=0'] })
    await using database = await withNotes(server.url())
    const read = readWhile({ url: database.url }, async () => {
      // Each majority write moves the oldest moment on.
      for (let i = 0; i < 50; i++) {
        await database.db.command({ insert: 'other', documents: [{}], writeConcern: { w: 'majority' } })
      }
      await database.db.admin().command({ killAllSessionsByPattern: [] })
    })
    expect(await codeOf(read)).toBe('READ_POINT_LOST')
  })
})

describe.skipIf(await mongoUnavailable())('documents at the limit', () => {
  it('of 16 MiB are taken and restored', async () => {
    await using database = await testDatabase()
    await using target = await testDatabase()
    const overhead = 4 + (1 + 4 + 4) + (1 + 2 + 4 + 1) + 1
    const document = { _id: 1, a: 'x'.repeat(16 * 1024 * 1024 - overhead) }
    await database.db.command({ insert: 'large', documents: [document] })
    await database.db.command({ insert: 'large', documents: [{ _id: 2 }] })
    const repository = await repositoryInMemory()
    const snapshot = await repository.take(mongodb(database.url))
    expect(snapshot.bytes).toBe(16 * 1024 * 1024 + 14)
    const { proof } = await repository.restore(snapshot, mongodb(target.url), { mode: 'create' })
    expect(proof.collections).toMatchObject([{ recordsBefore: 2, added: 0, removed: 0, changed: 0 }])
  })
})

describe.skipIf(await mongoUnavailable())('a server that asks who comes', () => {
  it('is refused by name what a user may not do, without a secret', async () => {
    await using server = await startMongo({ topology: 'standalone', parameters: ['--auth'] })
    const plain = server.url('shop')
    const at = (user: string, password: string): string =>
      plain.replace('mongodb://', `mongodb://${user}:${password}@`).replace('?', '?authSource=admin&')
    const root = new MongoClient(plain)
    const roles = [{ role: 'root', db: 'admin' }]
    await root.db('admin').command({ createUser: 'root', pwd: 'canary-of-a-password', roles })
    await root.close()
    const admin = new MongoClient(at('root', 'canary-of-a-password'))
    const users = admin.db('admin')
    const reads = [{ role: 'read', db: 'shop' }]
    await users.command({ createUser: 'reader', pwd: 'canary-of-a-password', roles: reads })
    await users.command({ createUser: 'nobody', pwd: 'canary-of-a-password', roles: [] })
    await admin
      .db('shop')
      .collection<{ _id: number }>('orders')
      .insertMany([{ _id: 1 }, { _id: 2 }])
    await admin.close()

    const repository = await repositoryInMemory()
    const reader = mongodb(at('reader', 'canary-of-a-password'))
    const snapshot = await repository.take(reader)
    expect(snapshot.records).toBe(2)
    expect(JSON.stringify(snapshot)).not.toContain('canary')
    expect(await codeOf(repository.take(mongodb(at('nobody', 'canary-of-a-password'))))).toBe('PERMISSION_DENIED')
    const wrong = await repository.take(mongodb(at('reader', 'canary-of-another'))).catch((error) => error)
    expect(wrong.code).toBe('AUTHENTICATION_FAILED')
    expect(JSON.stringify(wrong) + wrong.stack).not.toContain('canary')
    const other = mongodb({ url: at('reader', 'canary-of-a-password'), database: databaseOf(server.url()) })
    expect(await codeOf(repository.restore(snapshot, other, { mode: 'create' }))).toBe('PERMISSION_DENIED')
  })
})
