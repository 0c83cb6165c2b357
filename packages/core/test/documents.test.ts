import { Double, Int32, Long, ObjectId } from 'bson'
import { describe, expect, it } from 'vitest'
import { leadingKey } from '../src/records/leading-key.ts'
import type { RecordFormat } from '../src/values/collection.ts'
import { bson, documentLayout, int32, rawBson, text } from './support/bson-documents.ts'
import { collect } from './support/collect.ts'
import { differences } from './support/differences.ts'
import { DocumentDatabase } from './support/document-database.ts'
import { MemoryDatabase } from './support/memory-database.ts'
import { createRepository } from './support/memory-repository.ts'

const one = new Int32(1)

function people(count = 5): Buffer[] {
  return Array.from({ length: count }, (_, i) => bson({ _id: new Int32(i), name: `name ${i}`, at: { city: 'Köln' } }))
}

/** A document with a name twice, and text that is no UTF-8: kept byte for byte. */
const odd = rawBson(
  [0x10, '_id', int32(77)],
  [0x10, 'a', int32(1)],
  [0x10, 'a', int32(2)],
  [0x02, 'b', text(Buffer.from([0xff]))],
)

describe('documents in a repository', () => {
  it('come back byte for byte, in the order of their `_id`, and are shown as canonical extended JSON', async () => {
    const repository = await createRepository()
    const database = new DocumentDatabase(...people(), odd)
    const snapshot = await repository.take(database)
    expect(await collect(repository.rawRecords(snapshot, 'people'))).toEqual([Buffer.concat(database.documents)])
    const [first] = await collect(repository.records(snapshot, 'people', { limit: 1 }))
    expect(first).toEqual({ _id: { $numberInt: '0' }, name: 'name 0', at: { city: 'Köln' } })
    const last = await collect(repository.records(snapshot, 'people', { from: 5 }))
    expect(last).toEqual([
      { _id: { $numberInt: '77' }, a: { $numberInt: '1' }, 'a (2)': { $numberInt: '2' }, b: '\u00ff' },
    ])
  })

  it('are compared by path, whatever the order of their fields; a patch comes on request', async () => {
    const repository = await createRepository()
    const database = new DocumentDatabase(...people())
    const before = await repository.take(database)
    database.put(
      bson({ _id: new Int32(1), name: 'other', at: { city: 'Köln' } }),
      bson({ at: { city: 'Köln' }, _id: new Int32(2), name: 'name 2' }),
      bson({ _id: Long.fromNumber(3), name: 'name 3', at: { city: 'Köln' } }),
    )
    const plain = await differences(repository.diff(before, database))
    expect(plain.changes.map(({ kind, key, fields }) => [kind, key, fields])).toEqual([
      ['changed', { _id: { $numberInt: '1' } }, ['name']],
      ['changed', { _id: { $numberInt: '3' } }, ['_id']],
    ])
    expect(plain.changes[0]).toMatchObject({
      changes: [{ path: 'name', kind: 'changed', before: 'name 1', after: 'other' }],
    })
    expect(plain.changes[0]).not.toHaveProperty('patch')
    expect(plain.summary.collections).toEqual([
      { name: 'people', added: 0, removed: 0, changed: 2, recordsBefore: 5, recordsAfter: 5 },
    ])

    const asked = await differences(repository.diff(before, database, { fieldOrder: true, jsonPatch: true }))
    expect(asked.changes.map(({ kind, fields }) => [kind, fields])).toEqual([
      ['changed', ['name']],
      ['reordered', ['']],
      ['changed', ['_id']],
    ])
    expect(asked.changes[0]?.patch).toEqual([{ op: 'replace', path: '/name', value: 'other' }])
    expect(asked.summary.collections[0]).toMatchObject({ changed: 2, reordered: 1, recordsAfter: 5 })
    const none = await differences(repository.diff(before, database, { fieldOrder: true, limit: 0 }))
    expect([none.changes, none.summary.collections[0]?.reordered]).toEqual([[], 1])
  })

  it('are restored with the order of their fields, and the proof sees it', async () => {
    const repository = await createRepository()
    const database = new DocumentDatabase(...people(), odd)
    const snapshot = await repository.take(database)
    const empty = new DocumentDatabase()
    await repository.restore(snapshot, empty, { mode: 'create' })
    expect(empty.documents).toEqual(database.documents)

    empty.put(bson({ name: 'name 2', _id: new Int32(2), at: { city: 'Köln' } }))
    const plan = await repository.plan(snapshot, empty, { mode: 'overwrite' })
    expect(plan.collections).toMatchObject([{ added: 0, removed: 0, changed: 1 }])
    await repository.apply(plan)
    expect(empty.documents).toEqual(database.documents)

    const forgetful = new DocumentDatabase(...people())
    const other = await repository.plan(snapshot, forgetful, { mode: 'overwrite' })
    const openRestore = forgetful.openRestore.bind(forgetful)
    forgetful.openRestore = async (request) => {
      const session = await openRestore(request)
      const commit = async () => {
        await session.commit()
        forgetful.put(bson({ name: 'name 2', _id: new Int32(2), at: { city: 'Köln' } }))
      }
      return { ...session, commit }
    }
    await expect(repository.apply(other)).rejects.toMatchObject({ code: 'RESTORE_UNPROVEN' })
  })

  it('may be read and written less consistently than the rest, and it is said', async () => {
    const repository = await createRepository()
    const database = new DocumentDatabase(...people())
    const openReadPoint = database.openReadPoint.bind(database)
    database.openReadPoint = async () => {
      const point = await openReadPoint()
      return { ...point, collections: point.collections.map((one) => ({ ...one, consistency: 'collection' })) }
    }
    const snapshot = await repository.take(database)
    expect([snapshot.source.consistency, snapshot.collections[0]?.consistency]).toEqual(['snapshot', 'collection'])
    const openRestore = database.openRestore.bind(database)
    database.openRestore = async (request) => ({ ...(await openRestore(request)), atomic: false })
    expect((await repository.plan(snapshot, database, { mode: 'overwrite' })).atomic).toBe(false)
  })

  it('of one side and rows of the other are not compared', async () => {
    const repository = await createRepository()
    const left = new DocumentDatabase(...people())
    const right = new DocumentDatabase(...people())
    ;(right.layout as { format: RecordFormat }).format = 'copy-text'
    await expect(collect(repository.diff(left, right))).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('are not restored into another kind of database', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(new DocumentDatabase(...people()))
    const plan = repository.plan(snapshot, new MemoryDatabase(), { mode: 'create' })
    await expect(plan).rejects.toMatchObject({ code: 'INCOMPATIBLE_TARGET' })
  })

  it('too large to be taken have no key in the message', () => {
    expect(leadingKey(bson({ _id: 1 }), documentLayout('people'))).toBe('')
  })
})

describe('documents exported', () => {
  const id = new ObjectId('0123456789abcdef01234567')
  const document = bson({
    _id: id,
    n: one,
    big: Long.MAX_VALUE,
    price: new Double(1.5),
    odd: new Double(Number.NaN),
    at: new Date(1700000000000),
    'a.b': 'dot',
    a: { c: ['x,"y"', { d: null }] },
  })

  async function exported(options: Parameters<Awaited<ReturnType<typeof createRepository>>['exportRecords']>[1]) {
    const repository = await createRepository()
    const snapshot = await repository.take(new DocumentDatabase(document))
    return Buffer.concat(await collect(repository.exportRecords(snapshot, options))).toString()
  }

  it('as NDJSON and JSON are canonical, or relaxed on request', async () => {
    const canonical = await exported({ format: 'ndjson' })
    expect(canonical).toBe(
      '{"collection":"people","record":{"_id":{"$oid":"0123456789abcdef01234567"},"n":{"$numberInt":"1"},' +
        '"big":{"$numberLong":"9223372036854775807"},"price":{"$numberDouble":"1.5"},"odd":{"$numberDouble":"NaN"},' +
        '"at":{"$date":{"$numberLong":"1700000000000"}},"a.b":"dot","a":{"c":["x,\\"y\\"",{"d":null}]}}}\n',
    )
    const relaxed = JSON.parse(await exported({ format: 'json', relaxed: true }))
    expect(relaxed.collections[0].records[0]).toMatchObject({ n: 1, price: 1.5, at: { $date: '2023-11-14T22:13:20Z' } })
  })

  it('as CSV have the fields that were named', async () => {
    const fields = ['_id', 'n', 'big', 'price', 'odd', 'at', 'a.b', 'a.c.0', 'a.c.1', 'a.c.1.d', 'a.c.7', 'n.x', 'none']
    expect(await exported({ format: 'csv', fields })).toBe(
      `${fields.join(',')}\r\n0123456789abcdef01234567,1,9223372036854775807,1.5,NaN,2023-11-14T22:13:20Z,dot,` +
        '"x,""y""","{""d"":null}",,,,\r\n',
    )
    await expect(exported({ format: 'csv' })).rejects.toMatchObject({ code: 'USAGE' })
    await expect(exported({ format: 'csv', fields: [] })).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('as CSV have decimals as they are', async () => {
    const { Decimal128 } = await import('bson')
    const repository = await createRepository()
    const snapshot = await repository.take(new DocumentDatabase(bson({ _id: Decimal128.fromString('1.50') })))
    const csv = Buffer.concat(await collect(repository.exportRecords(snapshot, { format: 'csv', fields: ['_id'] })))
    expect(csv.toString()).toBe('_id\r\n1.50\r\n')
  })
})
