import type { MongoConnection } from '../connection/mongo-connection.ts'
import { deserialize, readSmallCursor } from '../connection/read-cursor.ts'
import type { Document } from '../mongodb-client.ts'

/** A collection, time series or view as the server lists it. */
export interface CollectionFacts {
  readonly name: string
  readonly type: 'collection' | 'timeseries' | 'view'
  /** The options it was made with, as BSON. */
  readonly options: Buffer
  /** The same as objects of the driver's classes. */
  readonly optionsDocument: Document
  /** Hex; two of one name at two times are the same only where it is. Absent of views. */
  readonly uuid?: string
}

/** Where the records of a time series lie. */
export function bucketsOf(name: string): string {
  return `system.buckets.${name}`
}

/** The collection in which the records of a collection are found. */
export function storedIn({ name, type }: Pick<CollectionFacts, 'name' | 'type'>): string {
  return type === 'timeseries' ? bucketsOf(name) : name
}

/** Everything in the database, by name in byte order, and names of the server's own collections that hold something of users. */
export async function listCollections(
  connection: MongoConnection,
): Promise<{ readonly collections: CollectionFacts[]; readonly system: string[] }> {
  const bytes = await readSmallCursor(connection, { listCollections: 1, cursor: {} }, 'list the collections')
  const { BSON } = connection.driver
  const buckets = new Map<string, string>()
  const collections: CollectionFacts[] = []
  const system: string[] = []
  for (const raw of bytes) {
    const { name, type, options, info } = BSON.deserialize(raw, { raw: true }) as unknown as {
      name: string
      type: CollectionFacts['type']
      options: Uint8Array
      info: Uint8Array
    }
    const uuid = uuidOf(BSON.deserialize(info))
    if (name.startsWith('system.buckets.')) buckets.set(name.slice('system.buckets.'.length), uuid ?? '')
    else if (name.startsWith('system.')) system.push(name)
    else {
      const own = Buffer.from(options)
      const optionsDocument = deserialize(connection, own)
      collections.push({ name, type, options: own, optionsDocument, ...(uuid === undefined ? {} : { uuid }) })
    }
  }
  collections.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
  return {
    collections: collections.map((facts) =>
      facts.type === 'timeseries' ? { ...facts, uuid: buckets.get(facts.name) ?? '' } : facts,
    ),
    // The server makes these itself, of the profiler and of views.
    system: system.filter((name) => name !== 'system.profile' && name !== 'system.views').sort(),
  }
}

function uuidOf({ uuid }: Document): string | undefined {
  return uuid === undefined ? undefined : String((uuid as { toString(encoding: string): string }).toString('hex'))
}
