import { ReadPointLostError, UnsupportedServerError } from '@dbsnap/core/errors'
import type { Consistency, ReadPoint, ReadPointOptions } from '@dbsnap/core/ports'
import { MongoConnection } from '../connection/mongo-connection.ts'
import type { Document } from '../mongodb-client.ts'
import type { ResolvedMongoOptions } from '../mongodb-options.ts'
import { type CollectionFacts, listCollections } from '../schema/list-collections.ts'
import { readSchema } from '../schema/read-schema.ts'
import { choose } from './choose-collections.ts'
import { type Moment, momentText, presentMoment } from './moment.ts'
import { MongoReadPoint } from './mongo-read-point.ts'
import { isInIdOrder } from './natural-order.ts'
import { warn } from './read-warnings.ts'
import { isStill } from './same-schema.ts'
import { type ServerFacts, serverFacts } from './server-facts.ts'
import { hasMoments, hasStream, type SizedCollection, sizedCollection } from './source-collection.ts'

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
  const isLate = options.consistency === 'catch-up'
  const listed = await listCollections(connection)
  const { tables, views, leftovers } = choose(listed.collections, request)
  if (options.consistency === 'snapshot') refuseCapped(tables)
  const objects = await readSchema(connection, tables, views)
  const moment = consistency === 'snapshot' ? await presentMoment(connection) : undefined
  if (moment !== undefined && !(await isStill(connection, tables, views, objects))) return undefined
  const isWithOthers = isLate ? hasStream : hasMoments
  const collections: SizedCollection[] = []
  const unordered: string[] = []
  for (const table of tables) {
    collections.push(await sizedCollection(connection, table, consistency === 'snapshot' && !isWithOthers(table)))
    if (!hasMoments(table) && !(await isInIdOrder(connection, table.name))) unordered.push(table.name)
  }
  const byThemselves = tables.filter((table) => !isWithOthers(table)).map(({ name }) => name)
  warn(request, { system: listed.system, leftovers, unordered, tables, consistency, byThemselves, server })
  return new MongoReadPoint({
    connection,
    request,
    collections,
    schema: { version: 1, engine: 'mongodb', objects },
    readConcern: readConcernOf(server, moment, isLate),
    ...(isLate && moment !== undefined ? { lateFrom: moment } : {}),
    facts: {
      engine: 'mongodb',
      engineVersion: server.version,
      database: options.database,
      label: options.label,
      consistency: isLate ? 'collection' : consistency,
      readPoint: moment === undefined ? 'each collection by itself' : momentText(moment),
      details: { topology: server.topology },
    },
  })
}

function readConcernOf(server: ServerFacts, moment: Moment | undefined, isLate: boolean): Document | undefined {
  if (moment === undefined) return server.hasSnapshots ? { level: 'snapshot' } : undefined
  // Of no single moment, and so without its history: nothing from before it is missing, and all from after it is read again.
  if (isLate) return { level: 'majority', afterClusterTime: moment }
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
