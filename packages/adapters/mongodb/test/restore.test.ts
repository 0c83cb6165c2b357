import type { Repository, Snapshot } from '@dbsnap/core'
import type { DatabaseTarget, RecordOperation, RestoreRequest, RestoreSession } from '@dbsnap/core/ports'
import { type MongoTopology, mongoUnavailable } from '@dbsnap/test-servers'
import { BSON, type Db } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { mongodb } from '../src/index.ts'
import { factsOf } from './database-facts.ts'
import { repositoryInMemory, type TestDatabase, testDatabase } from './test-database.ts'

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'success',
    (error) => error.code ?? error,
  )

interface Shop extends AsyncDisposable {
  readonly repository: Repository
  readonly snapshot: Snapshot
  readonly source: TestDatabase
  readonly target: TestDatabase
}

async function fillShop(db: Db): Promise<void> {
  await db.createCollection('people', {
    validator: { name: { $type: 'string' } },
    validationLevel: 'strict',
    validationAction: 'error',
  })
  await db.createCollection('only_validator', { validator: { name: { $type: 'string' } } })
  await db.command({ insert: 'people', documents: [1, 2, 3].map((_id) => ({ _id, name: `name ${_id}` })) })
  await db.collection('people').createIndexes([
    { key: { name: 1 }, unique: true, name: 'by name' },
    { key: { age: 1 }, name: 'by age' },
  ])
  await db.command({
    insert: 'orders',
    documents: [
      { _id: 'a', total: 1 },
      { _id: 'b', total: 2 },
    ],
  })
  await db.createCollection('adults', { viewOn: 'people', pipeline: [{ $match: { age: { $gte: 18 } } }] })
}

/** A snapshot of a shop, and a target that holds the same. */
async function shop(topology: MongoTopology, restored = true): Promise<Shop> {
  const [source, target] = [await testDatabase(topology), await testDatabase(topology)]
  await fillShop(source.db)
  const repository = await repositoryInMemory()
  const snapshot = await repository.take(mongodb(source.url))
  if (restored) await repository.restore(snapshot, mongodb(target.url), { mode: 'create' })
  return {
    repository,
    snapshot,
    source,
    target,
    async [Symbol.asyncDispose]() {
      await source[Symbol.asyncDispose]()
      await target[Symbol.asyncDispose]()
    },
  }
}

/** The same target, whose sessions do something before they commit. */
function beforeCommit(url: string, disturb: () => Promise<unknown>): DatabaseTarget {
  const target = mongodb(url)
  return {
    engine: target.engine,
    label: target.label,
    openReadPoint: (options) => target.openReadPoint(options),
    async openRestore(request: RestoreRequest): Promise<RestoreSession> {
      const session = await target.openRestore(request)
      const commit = session.commit.bind(session)
      session.commit = async () => {
        await disturb()
        await commit()
      }
      return session
    },
  }
}

async function* operations(...list: RecordOperation[]): AsyncGenerator<RecordOperation> {
  yield* list
}

for (const topology of ['replica-set', 'standalone'] as const) {
  describe.skipIf(await mongoUnavailable())(`a restore into a ${topology}`, () => {
    it('overwrites options, indexes, views and documents by what differs', async () => {
      await using it = await shop(topology)
      const { db, url } = it.target
      const before = await factsOf(url)
      await db.command({ collMod: 'people', validator: { name: { $type: 'string' }, age: { $type: 'int' } } })
      await db.collection('people').dropIndex('by name')
      await db.collection('people').createIndex({ other: 1 }, { name: 'by age 2' })
      await db.collection('people').dropIndex('by age')
      await db.collection('people').createIndex({ age: 1 }, { name: 'by age', sparse: true })
      await db.command({ collMod: 'adults', viewOn: 'people', pipeline: [] })
      await db.command({ delete: 'people', deletes: [{ q: { _id: 2 }, limit: 1 }] })
      await db.command({ insert: 'people', documents: [{ _id: 9, name: 'name 1' }], bypassDocumentValidation: true })
      await db.command({ update: 'orders', updates: [{ q: { _id: 'a' }, u: { $set: { total: 7 } } }] })
      const plan = await it.repository.plan(it.snapshot, mongodb(url), { mode: 'overwrite' })
      expect(plan.atomic).toBe(false)
      expect(plan.collections).toEqual([
        { name: 'only_validator', route: 'change', added: 0, removed: 0, changed: 0 },
        { name: 'orders', route: 'change', added: 0, removed: 0, changed: 1 },
        { name: 'people', route: 'change', added: 1, removed: 1, changed: 0 },
      ])
      expect(plan.steps.map(({ description }) => description)).toEqual([
        'drop index people.by age',
        'drop index people.by age 2',
        'change options of collection people',
        'create index people.by age',
        'create index people.by name',
        'replace view adults',
      ])
      await it.repository.apply(plan)
      expect(await factsOf(url)).toEqual(before)
    })

    it('makes the very same of what it creates', async () => {
      await using it = await shop(topology)
      expect(await factsOf(it.target.url)).toEqual(await factsOf(it.source.url))
    })

    it('replaces a collection of another shape', async () => {
      await using it = await shop(topology)
      const { db, url } = it.target
      const before = await factsOf(url)
      await db.dropCollection('orders')
      await db.createCollection('orders', { capped: true, size: 4096 })
      await db.command({ insert: 'orders', documents: [{ _id: 'z' }] })
      const plan = await it.repository.plan(it.snapshot, mongodb(url), { mode: 'overwrite', include: ['orders'] })
      expect(plan).toMatchObject({
        atomic: true,
        collections: [{ name: 'orders', route: 'load', added: 2, removed: 1 }],
      })
      const { safetySnapshot } = await it.repository.apply(plan)
      expect(await factsOf(url)).toEqual(before)
      expect(safetySnapshot?.records).toBe(1)
    })

    it('appends what is not there, and nothing where a key is', async () => {
      await using it = await shop(topology, false)
      const { db, url } = it.target
      await db.command({ insert: 'orders', documents: [{ _id: 'c', total: 3 }] })
      await it.repository.restore(it.snapshot, mongodb(url), { mode: 'append' })
      const ids = async () => (await db.collection('orders').find().toArray()).map(({ _id }) => String(_id)).sort()
      expect(await ids()).toEqual(['a', 'b', 'c'])
      await db.command({ delete: 'orders', deletes: [{ q: { _id: 'a' }, limit: 1 }] })
      const before = await factsOf(url)
      const again = it.repository.restore(it.snapshot, mongodb(url), { mode: 'append', include: ['orders'] })
      expect(await codeOf(again)).toBe('KEY_EXISTS')
      expect(await factsOf(url)).toEqual(before)
    })

    it('is refused where a view stands in the place of a collection', async () => {
      await using it = await shop(topology)
      await it.target.db.dropCollection('orders')
      await it.target.db.createCollection('orders', { viewOn: 'people', pipeline: [] })
      const plan = it.repository.plan(it.snapshot, mongodb(it.target.url), { mode: 'overwrite' })
      expect(await codeOf(plan)).toBe('INCOMPATIBLE_TARGET')
    })

    it('changes nothing where documents were changed after they were compared', async () => {
      await using it = await shop(topology)
      const { db, url } = it.target
      await db.command({ update: 'orders', updates: [{ q: { _id: 'a' }, u: { $set: { total: 7 } } }] })
      await db.command({ update: 'people', updates: [{ q: { _id: 1 }, u: { $set: { name: 'other' } } }] })
      const disturb = () =>
        db.command({ update: 'people', updates: [{ q: { _id: 1 }, u: { $set: { name: 'late' } } }] })
      const target = beforeCommit(url, disturb)
      const restoring = it.repository.restore(it.snapshot, target, { mode: 'overwrite', confirm: true })
      expect(await codeOf(restoring)).toBe('TARGET_MOVED')
      const facts = await factsOf(url)
      const documents = (name: string) =>
        (facts.documents[name] ?? []).map((hex) => BSON.deserialize(Buffer.from(hex, 'hex')))
      expect(documents('orders')[0]).toEqual({ _id: 'a', total: 7 })
      expect(documents('people')[0]).toEqual({ _id: 1, name: 'late' })
      expect(facts.collections.map(({ name }) => name)).toEqual([
        'adults',
        'only_validator',
        'orders',
        'people',
        'system.views',
      ])
    })

    // A standalone has no transactions.
    if (topology === 'replica-set') {
      it('changes nothing while a transaction of somebody else holds a document, and does so afterwards', async () => {
        await using it = await shop(topology)
        const { db, url } = it.target
        await db.command({ update: 'people', updates: [{ q: { _id: 1 }, u: { $set: { name: 'other' } } }] })
        const restore = () => it.repository.restore(it.snapshot, mongodb(url), { mode: 'overwrite', confirm: true })
        await db.client.withSession(async (session) => {
          session.startTransaction()
          const updates = [{ q: { _id: 1 }, u: { $set: { name: 'held' } } }]
          await db.command({ update: 'people', updates }, { session })
          expect(await codeOf(restore())).toBe('LOCK_TIMEOUT')
          await session.abortTransaction()
        })
        expect((await restore()).proof.collections.every(({ changed }) => changed === 0)).toBe(true)
      })
    }

    it('takes back what it has put in place when a later step fails', async () => {
      await using it = await shop(topology)
      const { db, url } = it.target
      await db.dropCollection('orders')
      await db.createCollection('orders', { capped: true, size: 4096 })
      await db.command({ insert: 'orders', documents: [{ _id: 'z' }] })
      await db.collection('people').dropIndex('by name')
      await db.command({ collMod: 'adults', viewOn: 'people', pipeline: [] })
      const before = await factsOf(url)
      // The unique index cannot be built any more, and that is the last step.
      const disturb = () =>
        db.command({
          insert: 'people',
          documents: [
            { _id: 8, name: 'twice' },
            { _id: 9, name: 'twice' },
          ],
        })
      const restoring = it.repository.restore(it.snapshot, beforeCommit(url, disturb), {
        mode: 'overwrite',
        confirm: true,
      })
      expect(await codeOf(restoring)).toBe('KEY_EXISTS')
      await db.command({ delete: 'people', deletes: [{ q: { name: 'twice' }, limit: 0 }] })
      expect(await factsOf(url)).toEqual(before)
    })

    it('leaves nothing behind when it is cancelled, while it loads and while it commits', async () => {
      await using it = await shop(topology)
      await it.target.db.dropCollection('orders')
      await it.target.db.command({ delete: 'people', deletes: [{ q: { _id: 2 }, limit: 1 }] })
      const before = await factsOf(it.target.url)
      for (const when of ['loading', 'committing'] as const) {
        const controller = new AbortController()
        const target =
          when === 'committing' ? beforeCommit(it.target.url, async () => controller.abort()) : mongodb(it.target.url)
        const restoring = it.repository.restore(it.snapshot, target, {
          mode: 'overwrite',
          confirm: true,
          signal: controller.signal,
          onProgress: ({ phase }) => {
            if (phase === when) controller.abort()
          },
        })
        expect([when, await codeOf(restoring)]).toEqual([when, 'INTERRUPTED'])
        expect(await factsOf(it.target.url)).toEqual(before)
      }
    })

    it('leaves nothing behind when it is aborted, and refuses what has ended', async () => {
      await using it = await shop(topology)
      const before = await factsOf(it.target.url)
      const schema = await it.repository.schema(it.snapshot)
      const collections = it.snapshot.collections.map(({ layout, records, bytes }) => ({ ...layout, records, bytes }))
      const request = { mode: 'overwrite', whole: true, collections, schema, details: {}, onWarning: () => {} } as const
      const session = await mongodb(it.target.url).openRestore(request)
      await session.change(
        'orders',
        operations({ operation: 'insert', record: Buffer.from(BSON.serialize({ _id: 'n' })) }),
      )
      expect(await codeOf(session.load('orders', (async function* () {})()))).toBe('TARGET_FAILED')
      await session.abort()
      await session.abort()
      expect(await codeOf(session.commit())).toBe('TARGET_FAILED')
      expect(await factsOf(it.target.url)).toEqual(before)
    })
  })
}
