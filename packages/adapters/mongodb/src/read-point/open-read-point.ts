import { ReadPointLostError, UnknownCollectionError, UnsupportedServerError } from '@dbsnap/core/errors'
import type { Consistency, ReadPoint, ReadPointOptions } from '@dbsnap/core/ports'
import { chooseByName, type SchemaObject } from '@dbsnap/core/values'
import { MongoConnection } from '../connection/mongo-connection.ts'
import type { Document } from '../mongodb-client.ts'
import type { ResolvedMongoOptions } from '../mongodb-options.ts'
import { type CollectionFacts, listCollections } from '../schema/list-collections.ts'
import { readSchema } from '../schema/read-schema.ts'
import { isLeftover } from '../schema/temporary-name.ts'
import { MongoReadPoint } from './mongo-read-point.ts'
import { isInIdOrder } from './natural-order.ts'
import { type ServerFacts, serverFacts } from './server-facts.ts'
import { hasMoments, type SizedCollection, sizedCollection } from './source-collection.ts'

/** So often a read point is begun anew because collections came, went or were changed while it was. */
const TRIES = 5

/** Opens a read point: the schema, a moment, and then the schema once more, which must be the same. */
export async function openReadPoint(options: ResolvedMongoOptions, request: ReadPointOptions): Promise<ReadPoint> {
  const connection = await MongoConnection.open(options, 'source', request.concurrency, request.signal)
  try {
    const server = await serverFacts(connection)
    const consistency = consistencyOf(options, server)
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const opened = await tryOpen(connection, options, request, server, consistency)
      if (opened !== undefined) return opened
    }
    throw new ReadPointLostError('collections were made, dropped or changed again and again while a read began', {
      hint: 'Try again when no collection or index is made or dropped.',
    })
  } catch (error) {
    await connection.close()
    throw connection.translate(error, 'open a read point')
  }
}

function consistencyOf({ consistency, label }: ResolvedMongoOptions, server: ServerFacts): Consistency {
  if (consistency === 'collection' || (consistency === 'best' && !server.hasSnapshots)) return 'collection'
  if (server.hasSnapshots) return 'snapshot'
  throw new UnsupportedServerError(`${label} cannot read all collections at one moment`, {
    hint: 'That needs a replica set or a sharded cluster, 5.0 or later. A standalone is read collection by collection.',
    data: { topology: server.topology, version: server.version },
  })
}

async function tryOpen(
  connection: MongoConnection,
  options: ResolvedMongoOptions,
  request: ReadPointOptions,
  server: ServerFacts,
  consistency: Consistency,
): Promise<ReadPoint | undefined> {
  const listed = await listCollections(connection)
  const { tables, views, leftovers } = choose(listed.collections, request)
  if (options.consistency === 'snapshot') refuseCapped(tables)
  const objects = await readSchema(connection, tables, views)
  const moment = consistency === 'snapshot' ? await chooseMoment(connection) : undefined
  if (moment !== undefined && !(await isStill(connection, tables, views, objects))) return undefined
  const collections: SizedCollection[] = []
  for (const table of tables) collections.push(await sizedCollection(connection, table, consistency))
  const unordered: string[] = []
  for (const table of tables) {
    if (!hasMoments(table) && !(await isInIdOrder(connection, table.name))) unordered.push(table.name)
  }
  warn(request, { system: listed.system, leftovers, unordered, tables, consistency, server })
  return new MongoReadPoint({
    connection,
    collections,
    schema: { version: 1, engine: 'mongodb', objects },
    readConcern: readConcernOf(server, moment),
    signal: request.signal,
    facts: {
      engine: 'mongodb',
      engineVersion: server.version,
      database: options.database,
      label: options.label,
      consistency,
      readPoint: moment === undefined ? 'each collection by itself' : `${moment.high >>> 0}.${moment.low >>> 0}`,
      details: { topology: server.topology },
    },
  })
}

interface Chosen {
  readonly tables: readonly CollectionFacts[]
  readonly views: readonly CollectionFacts[]
  readonly leftovers: readonly string[]
}

/** Applies the choice. Views belong to no collection: they come along whatever is chosen, and only with everything are they restored. */
function choose(all: readonly CollectionFacts[], request: ReadPointOptions): Chosen {
  const candidates = all.filter(({ name, type }) => type !== 'view' && !isLeftover(name))
  const { chosen, unmatched } = chooseByName(candidates, request)
  if (unmatched.length > 0) {
    throw new UnknownCollectionError(`no collection is named ${unmatched.join(', ')}`, {
      hint: 'Check the spelling; * and ? are wildcards.',
      data: { unmatched: [...unmatched] },
    })
  }
  return {
    tables: chosen,
    views: all.filter(({ type }) => type === 'view'),
    leftovers: all.filter(({ name }) => isLeftover(name)).map(({ name }) => name),
  }
}

/** What the server calls a moment: seconds and increment. */
interface Moment {
  readonly high: number
  readonly low: number
}

/** The moment that all collections are read at: after everything that this server has written by now. */
async function chooseMoment(connection: MongoConnection): Promise<Moment> {
  const reply = await connection.run({ ping: 1 }, { doing: 'choose a moment to read', database: 'admin' })
  const moment = reply.operationTime as Moment | undefined
  if (moment !== undefined) return moment
  throw new UnsupportedServerError(`${connection.label} names no moment to read at`, {
    hint: 'Read each collection by itself (consistency: collection).',
  })
}

/** Whether collections and indexes after the moment was chosen are those of before. */
async function isStill(
  connection: MongoConnection,
  tables: readonly CollectionFacts[],
  views: readonly CollectionFacts[],
  objects: readonly SchemaObject[],
): Promise<boolean> {
  const { collections } = await listCollections(connection)
  const byName = new Map(collections.map((facts) => [facts.name, facts]))
  const now: CollectionFacts[] = []
  for (const { name, uuid } of [...tables, ...views]) {
    const other = byName.get(name)
    if (other === undefined || other.uuid !== uuid) return false
    now.push(other)
  }
  const again = await readSchema(connection, now.slice(0, tables.length), now.slice(tables.length))
  return JSON.stringify(again) === JSON.stringify(objects)
}

function readConcernOf(server: ServerFacts, moment: Moment | undefined): Document | undefined {
  if (moment === undefined) return server.hasSnapshots ? { level: 'snapshot' } : undefined
  return { level: 'snapshot', atClusterTime: moment }
}

function refuseCapped(tables: readonly CollectionFacts[]): void {
  const capped = tables.filter((table) => !hasMoments(table)).map(({ name }) => name)
  if (capped.length === 0) return
  throw new UnsupportedServerError(`${capped.join(', ')} cannot be read at the moment of the others`, {
    hint: 'The server offers that for no capped collection. Exclude it, or do not insist on one moment.',
    data: { collections: capped },
  })
}

interface Noteworthy {
  readonly system: readonly string[]
  readonly leftovers: readonly string[]
  /** Capped collections whose order of insertion is not that of `_id`. */
  readonly unordered: readonly string[]
  readonly tables: readonly CollectionFacts[]
  readonly consistency: Consistency
  readonly server: ServerFacts
}

function warn(
  request: ReadPointOptions,
  { system, leftovers, unordered, tables, consistency, server }: Noteworthy,
): void {
  const say = (code: string, names: readonly string[], what: string): void => {
    if (names.length > 0) request.onWarning({ code, message: `${what}: ${names.slice(0, 20).join(', ')}` })
  }
  say('SYSTEM_COLLECTIONS_LEFT_OUT', system, 'left out, because they belong to the server')
  say('RESTORE_LEFTOVERS_LEFT_OUT', leftovers, 'left out, because a restore that was ended left them behind')
  const capped = tables.filter((table) => !hasMoments(table)).map(({ name }) => name)
  say('NATURAL_ORDER_LEFT_OUT', unordered, 'the order of insertion is not kept, but that of _id')
  const encrypted = tables.filter(({ optionsDocument }) => optionsDocument.encryptedFields !== undefined)
  say(
    'ENCRYPTED_FIELDS_NEED_THEIR_KEYS',
    encrypted.map(({ name }) => name),
    'encrypted fields are kept as they are; their keys lie in the key vault, which is another collection',
  )
  if (consistency === 'snapshot') {
    say('NOT_ONE_MOMENT', capped, 'capped collections are read by themselves, while others may write to them')
  } else {
    const own = server.hasSnapshots ? 'each at a moment of its own' : 'while others may write to them'
    request.onWarning({ code: 'NOT_ONE_MOMENT', message: `collections were read one by one, ${own}` })
  }
}
