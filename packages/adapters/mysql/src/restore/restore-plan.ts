import { isDeepStrictEqual } from 'node:util'
import { hasSameRecords, objectDifferences, objectId, objectsByCollection } from '@dbsnap/core/adapter'
import { IncompatibleTargetError, TargetNotEmptyError } from '@dbsnap/core/errors'
import type { CollectionRoute, PlannedStep, ReadPoint, RestoreRequest } from '@dbsnap/core/ports'
import type { SchemaObject } from '@dbsnap/core/values'
import { dropStatement } from './drop-statement.ts'
import { foreignKeyOf } from './foreign-keys.ts'

/** What a restore will do, decided before anything is done. */
export interface RestorePlan {
  /** By collection name. */
  readonly routes: ReadonlyMap<string, CollectionRoute>
  /** Tables that will be replaced. */
  readonly replaced: ReadonlySet<string>
  /** Objects to make before tables: sequences, the database's charset. */
  readonly before: readonly SchemaObject[]
  /** Objects to drop before those of `after` are made. */
  readonly drop: readonly SchemaObject[]
  /** Objects to make when tables are in place: foreign keys, indexes of tables that stay, programs, views. */
  readonly after: readonly SchemaObject[]
  /** Foreign keys of tables that were not chosen, which refer to replaced tables: dropped and added again. */
  readonly rehung: readonly SchemaObject[]
  readonly steps: readonly PlannedStep[]
}

/** Decides routes and steps. Fails where something stands in the way, or a table cannot be appended to. */
export function planRestore(
  request: RestoreRequest,
  target: ReadonlyMap<string, SchemaObject>,
  current: ReadPoint,
  isTransactional: (table: string) => boolean,
): RestorePlan {
  const objects = request.schema.objects
  const wanted = objectsByCollection(objects)
  const present = objectsByCollection(target.values())
  const routes = new Map<string, CollectionRoute>()
  const drop: SchemaObject[] = []
  const after: SchemaObject[] = []
  const found = new Map(current.collections.map((collection) => [collection.name, collection]))
  for (const layout of request.collections) {
    const { name } = layout
    const [ours, theirs] = [wanted.get(name) ?? [], present.get(name) ?? []]
    const there = found.get(name)
    if (there === undefined || request.mode === 'create') routes.set(name, 'load')
    else if (request.mode === 'append') {
      if (!hasSameRecords(layout, there) || !isTransactional(name)) throw otherShape(name)
      if (hasTriggers(theirs)) throw wouldFire(name)
      routes.set(name, 'change')
    } else {
      const changes = objectDifferences(ours, theirs)
      // No session can hold triggers off; a table that is loaded beside has none yet.
      const isKept = hasSameRecords(layout, there) && !changes.shape && isTransactional(name) && !hasTriggers(theirs)
      routes.set(name, isKept ? 'change' : 'load')
      if (isKept) {
        drop.push(...changes.drop)
        after.push(...changes.create)
      }
    }
  }
  const loaded = new Set([...routes].flatMap(([name, route]) => (route === 'load' ? [name] : [])))
  const replaced = new Set([...loaded].filter((name) => found.has(name)))
  const made = created(request, loaded, target)
  refuseWhatStandsInTheWay(request, made, target, replaced)
  const order = new Map(objects.map((object, i) => [objectId(object), i]))
  const all = [...made.filter(isMadeApart), ...after].sort(
    (a, b) => (order.get(objectId(a)) ?? 0) - (order.get(objectId(b)) ?? 0),
  )
  const plan = {
    routes,
    replaced,
    before: made.filter(({ kind }) => kind === 'sequence' || kind === 'database'),
    drop: drop.reverse(),
    after: all,
    rehung: [...target.values()].filter((object) => {
      const key = foreignKeyOf(object)
      const isDropped = drop.includes(object) // it is made anew as the snapshot has it, or not at all
      return key !== undefined && replaced.has(key.referenced) && !replaced.has(key.table) && !isDropped
    }),
  }
  return { ...plan, steps: stepsOf(plan, loaded) }
}

/** Indexes of loaded tables come with them; only what `isMadeApart` accepts is a step after the tables. */
function isMadeApart({ kind, section }: SchemaObject): boolean {
  return section === 'post-data' && kind !== 'index'
}

/** What has to be made for loaded tables and, where everything was chosen, what belongs to no table and is missing or differs. */
function created(
  request: RestoreRequest,
  loaded: ReadonlySet<string>,
  target: ReadonlyMap<string, SchemaObject>,
): SchemaObject[] {
  const isThere = (id: string): boolean => {
    const name = id.slice(id.indexOf(':') + 1)
    return loaded.has(name) || target.has(id) || request.collections.some((collection) => collection.name === name)
  }
  const needed = new Set(
    request.schema.objects
      .filter(({ collection }) => loaded.has(collection ?? ''))
      .flatMap(({ dependsOn }) => dependsOn),
  )
  return request.schema.objects.filter((object) => {
    if (object.collection === undefined) {
      const there = target.get(objectId(object))
      if (object.kind === 'database') {
        return request.whole && request.mode !== 'append' && !isDeepStrictEqual(there?.definition, object.definition)
      }
      // What is already there and the same stays; `create` is refused for it elsewhere.
      if (there !== undefined && request.mode !== 'create') return false
      return request.whole || (object.kind === 'sequence' && needed.has(objectId(object)) && there === undefined)
    }
    if (!loaded.has(object.collection)) return false
    const missing = object.dependsOn.find((id) => id.startsWith('table:') && !isThere(id))
    if (missing === undefined) return true
    request.onWarning({
      code: object.definition.type === 'foreign key' ? 'FOREIGN_KEY_LEFT_OUT' : 'OBJECT_LEFT_OUT',
      message: `${object.kind} ${object.name} is left out: it needs ${missing.replace(':', ' ')}, which is neither chosen nor in the target`,
    })
    return false
  })
}

/** Tables, views and sequences share their names. */
const RELATIONS = ['table', 'view', 'sequence']

function refuseWhatStandsInTheWay(
  request: RestoreRequest,
  made: readonly SchemaObject[],
  target: ReadonlyMap<string, SchemaObject>,
  replaced: ReadonlySet<string>,
): void {
  const named = made.filter(
    (object) => dropStatement(object) !== undefined && !['index', 'constraint'].includes(object.kind),
  )
  const blocking = named.flatMap((object) => {
    if (request.mode !== 'create' && replaced.has(object.collection ?? '')) return []
    const kinds = RELATIONS.includes(object.kind) ? RELATIONS : [object.kind]
    return kinds.map((kind) => target.get(`${kind}:${object.name}`)).filter((it) => it !== undefined)
  })
  if (blocking.length === 0) return
  const list = blocking.slice(0, 10).map(({ kind, name }) => `${kind} ${name}`)
  throw new TargetNotEmptyError(`the target already has ${list.join(', ')}${blocking.length > 10 ? ' and more' : ''}`, {
    hint: 'Restore into an empty database, or use the mode overwrite.',
    data: { objects: list },
  })
}

function hasTriggers(objects: readonly SchemaObject[]): boolean {
  return objects.some(({ kind }) => kind === 'trigger')
}

function stepsOf(plan: Omit<RestorePlan, 'steps'>, loaded: ReadonlySet<string>): PlannedStep[] {
  const step = (verb: string, { kind, name }: Pick<SchemaObject, 'kind' | 'name'>): PlannedStep => ({
    description: `${verb} ${kind} ${name}`,
    object: name,
  })
  return [
    ...plan.before.map((object) => step(object.kind === 'database' ? 'set' : 'create', object)),
    ...plan.rehung.map((object) => step('drop', object)),
    ...plan.drop.map((object) => step('drop', object)),
    ...[...loaded].map((name) => step(plan.replaced.has(name) ? 'replace' : 'create', { kind: 'table', name })),
    ...plan.after.map((object) => step('create', object)),
    ...plan.rehung.map((object) => step('create', object)),
  ]
}

function otherShape(collection: string): IncompatibleTargetError {
  return new IncompatibleTargetError(`${collection} has other columns, another key or no transactions in the target`, {
    hint: 'Appending needs the same table. Use overwrite, or restore into an empty database and copy from there.',
    data: { collection },
  })
}

function wouldFire(collection: string): IncompatibleTargetError {
  return new IncompatibleTargetError(`${collection} has triggers, which would fire for every record appended`, {
    hint: 'MySQL cannot hold them off. Drop them first, or use overwrite, which loads beside.',
    data: { collection },
  })
}
