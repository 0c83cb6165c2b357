import { emptyReadPoint } from '@dbsnap/core/adapter'
import { IncompatibleTargetError, TargetNotEmptyError } from '@dbsnap/core/errors'
import type { ReadPoint, RestoreRequest, RestoreSession } from '@dbsnap/core/ports'
import type { SchemaObject } from '@dbsnap/core/values'
import { MongoConnection } from '../connection/mongo-connection.ts'
import type { ResolvedMongoOptions } from '../mongodb-options.ts'
import { openReadPoint } from '../read-point/open-read-point.ts'
import { isAtLeast, type ServerFacts, serverFacts } from '../read-point/server-facts.ts'
import { type CollectionFacts, listCollections } from '../schema/list-collections.ts'
import { readSchema } from '../schema/read-schema.ts'
import { planCollection, shapesOf } from './collection-plan.ts'
import { MongoRestoreSession } from './mongo-restore-session.ts'
import { planView, type ViewPlan } from './view-plan.ts'

/** Connections of a restore that work at the same time, at most. */
const AT_ONCE = 4

/** Looks at what is there, refuses what cannot be done, and decides a route for each collection. Writes nothing. */
export async function openRestore(options: ResolvedMongoOptions, request: RestoreRequest): Promise<RestoreSession> {
  const connection = await MongoConnection.open(options, 'target', AT_ONCE, request.signal)
  try {
    const server = await serverFacts(connection)
    const { collections: present } = await listCollections(connection)
    refuse(request, present, server)
    const wanted = shapesOf(request.schema.objects)
    const names = new Set(request.collections.map(({ name }) => name))
    const there = present.filter(({ name, type }) => names.has(name) && type !== 'view')
    const now = shapesOf(await readSchema(connection, there, []))
    const plans = request.collections.map(({ name }) => {
      const shape = wanted.get(name)
      if (shape === undefined) throw unknownShape(name)
      return planCollection(name, request.mode, shape, now.get(name))
    })
    return new MongoRestoreSession({
      connection,
      server,
      request,
      plans,
      views: await planViews(connection, request, present),
      current: await readCurrent(options, request, [...now.keys()], server),
    })
  } catch (error) {
    await connection.close()
    throw connection.translate(error, 'open a restore')
  }
}

async function readCurrent(
  options: ResolvedMongoOptions,
  request: RestoreRequest,
  include: readonly string[],
  server: ServerFacts,
): Promise<ReadPoint> {
  const { signal } = request
  if (include.length > 0) {
    const choice = { include, concurrency: 1, onWarning: () => {} }
    return openReadPoint(options, signal === undefined ? choice : { ...choice, signal })
  }
  return emptyReadPoint({
    engine: 'mongodb',
    engineVersion: server.version,
    database: options.database,
    label: options.label,
  })
}

/** What stands in the way, and what this server does not know. */
function refuse(request: RestoreRequest, present: readonly CollectionFacts[], server: ServerFacts): void {
  const wanted = [...request.collections.map(({ name }) => name), ...viewsOf(request).map(({ name }) => name)]
  const byName = new Map(present.map((facts) => [facts.name, facts]))
  if (request.mode === 'create') {
    const objects = wanted.filter((name) => byName.has(name))
    if (objects.length > 0) {
      throw new TargetNotEmptyError(`${objects[0]} stands in the way`, {
        hint: 'Restore with the mode overwrite or append, or into an empty database.',
        data: { objects },
      })
    }
  }
  for (const object of request.schema.objects) {
    if (!wanted.includes(object.name) || object.kind === 'index') continue
    const there = byName.get(object.name)
    const isView = object.kind === 'view'
    if (there !== undefined && (there.type === 'view') !== isView) {
      throw new IncompatibleTargetError(`${object.name} is a ${there.type} in the target`, {
        hint: 'Drop or rename it first: a restore does not put a collection in the place of a view, nor a view in that of one.',
        data: { object: object.name },
      })
    }
    if (there?.type === 'timeseries' && request.mode === 'append') {
      throw new IncompatibleTargetError(`nothing can be appended to the time series ${object.name}`, {
        hint: 'Restore it with the mode overwrite, or leave it out.',
        data: { object: object.name },
      })
    }
    refuseUnknown(object, server)
  }
}

/** Kinds of collections by the release that brought them. */
const SINCE: readonly (readonly [option: string, release: readonly [number, number]])[] = [
  ['timeseries', [5, 0]],
  ['clusteredIndex', [5, 3]],
  ['changeStreamPreAndPostImages', [6, 0]],
  ['encryptedFields', [6, 0]],
]

function refuseUnknown({ name, definition }: SchemaObject, { release, version }: ServerFacts): void {
  for (const [option, since] of SINCE) {
    if (!(option in definition) || isAtLeast(release, since)) continue
    throw new IncompatibleTargetError(`${name} has ${option}, which MongoDB ${version} does not know`, {
      hint: `Restore into MongoDB ${since.join('.')} or later, or leave it out.`,
      data: { object: name, option },
    })
  }
}

/** Views belong to the whole: a part is restored without them. */
function viewsOf({ whole, schema, mode }: RestoreRequest): SchemaObject[] {
  return whole && mode !== 'append' ? schema.objects.filter(({ kind }) => kind === 'view') : []
}

async function planViews(
  connection: MongoConnection,
  request: RestoreRequest,
  present: readonly CollectionFacts[],
): Promise<ViewPlan[]> {
  const views = present.filter(({ type }) => type === 'view')
  const now = new Map((await readSchema(connection, [], views)).map((view) => [view.name, view]))
  return viewsOf(request).flatMap((view) => planView(view, now.get(view.name)))
}

function unknownShape(name: string): IncompatibleTargetError {
  return new IncompatibleTargetError(`the snapshot does not say how ${name} was made`, {
    hint: 'It is no snapshot of MongoDB, or of a newer DBSnap.',
    data: { collection: name },
  })
}
