import type { ColumnKind, DatabaseTargetFixture, RecordForm, TableWish } from '@dbsnap/adapter-test-kit'
import { type MongoTopology, sharedMongo } from '@dbsnap/test-servers'
import { BSON, type Document, MongoClient } from 'mongodb'
import { mongodb } from '../src/index.ts'
import { nativeValues } from './native-values.ts'

/** The laws' hands on two empty databases of a real server: a row is a document, its key the `_id`. */
export async function mongoFixture(topology: MongoTopology = 'replica-set'): Promise<DatabaseTargetFixture> {
  const server = await sharedMongo(topology)
  const [sourceUrl, targetUrl] = [server.url(), server.url()]
  const client = new MongoClient(sourceUrl, { appName: 'observer of a test' })
  await client.connect()
  const wishes = new Map<string, TableWish>()
  const wishOf = (name: string): TableWish => wishes.get(name) as TableWish
  return {
    source: mongodb({ url: sourceUrl, applicationName: appName(sourceUrl) }),
    target: mongodb({ url: targetUrl, applicationName: appName(targetUrl) }),
    nativeValues,
    form: documentForm(wishOf),
    async createTable(wish) {
      wishes.set(wish.name, wish)
      await client.db().createCollection(wish.name)
      await insert(client, wish, wish.rows)
      return wish.name
    },
    async insert(collection, rows) {
      await insert(client, wishOf(collection), rows)
    },
    async remove(collection, values) {
      const ids = values.map((value) => bsonOf('integer', value))
      await client.db().command({ delete: collection, deletes: [{ q: { _id: { $in: ids } }, limit: 0 }] })
    },
    openConnections: () => connectionsOf(client, appName(sourceUrl)),
    openTargetConnections: () => connectionsOf(client, appName(targetUrl)),
    unusable: {
      source: mongodb({ url: 'mongodb://nobody:canary-of-a-password@127.0.0.1:1/shop', connectTimeoutSeconds: 0.3 }),
      secrets: ['canary-of-a-password'],
    },
    async dispose() {
      await client.db().dropDatabase()
      await client.db(databaseOf(targetUrl)).dropDatabase()
      await client.close()
    },
  }
}

function appName(url: string): string {
  return `laws ${databaseOf(url)}`
}

/** The database that a URL names. */
export function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1)
}

function documentForm(wishOf: (collection: string) => TableWish): RecordForm {
  return {
    keyless: false,
    layout: () => ({ columns: ['_id'], key: [{ column: 0, order: 'bson' }] }),
    split(bytes) {
      const records: Buffer[] = []
      for (let at = 0; at < bytes.length; at += bytes.readInt32LE(at)) {
        records.push(bytes.subarray(at, at + bytes.readInt32LE(at)))
      }
      return records
    },
    decode: (collection, record) =>
      rowOf(wishOf(collection), BSON.deserialize(record, { promoteValues: false, bsonRegExp: true })),
    encode: (collection, row) => Buffer.from(BSON.serialize(documentOf(wishOf(collection), row))),
  }
}

async function insert(client: MongoClient, wish: TableWish, rows: TableWish['rows']): Promise<void> {
  if (rows.length === 0) return
  await client
    .db()
    .collection<Document>(wish.name)
    .insertMany(rows.map((row) => documentOf(wish, row)))
}

/** `_id` first: the one column of the key, or a document of several; without a key the driver makes one. */
function documentOf({ columns, key }: TableWish, row: readonly (string | null)[]): Document {
  const fields = Object.fromEntries(
    Object.entries(columns).map(([name, kind], i) => [name, bsonOf(kind, row[i] ?? null)]),
  )
  const parts = key.map((name) => [name, fields[name]] as const)
  for (const name of key) delete fields[name]
  if (parts.length === 0) return { _id: new BSON.ObjectId(), ...fields }
  return { _id: parts.length === 1 ? parts[0]?.[1] : Object.fromEntries(parts), ...fields }
}

function rowOf({ columns, key }: TableWish, document: Document): (string | null)[] {
  const [single] = key
  return Object.entries(columns).map(([name, kind]) => {
    const inKey = key.includes(name)
    const value = !inKey ? document[name] : name === single && key.length === 1 ? document._id : document._id[name]
    return textOf(kind, value)
  })
}

function bsonOf(kind: ColumnKind, text: string | null): unknown {
  if (text === null) return null
  if (typeof kind !== 'string') return (BSON.EJSON.parse(`{"a":${text}}`, { relaxed: false }) as Document).a
  switch (kind) {
    case 'integer':
      return new BSON.Int32(Number(text))
    case 'decimal':
      return BSON.Decimal128.fromString(text)
    case 'date':
      return new Date(`${text}T00:00:00Z`)
    case 'text':
      return text
  }
}

function textOf(kind: ColumnKind, value: unknown): string | null {
  if (value === null) return null
  if (typeof kind !== 'string') return BSON.EJSON.stringify({ a: value }, { relaxed: false }).slice('{"a":'.length, -1)
  return kind === 'date' ? (value as Date).toISOString().slice(0, 10) : String(value)
}

/** Connections of one application: asked until there are none, for a server takes a moment to see them go. */
async function connectionsOf(client: MongoClient, application: string): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    const found = await client
      .db('admin')
      .aggregate([
        { $currentOp: { allUsers: true, idleConnections: true } },
        { $match: { 'clientMetadata.application.name': application } },
        { $count: 'connections' },
      ])
      .toArray()
    const count = found[0]?.connections ?? 0
    if (count === 0 || attempt === 500) return count
  }
}
