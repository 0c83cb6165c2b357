import { hasSameRecords, objectDifferences, objectId, objectsByCollection } from '@dbsnap/core/adapter'
import { IncompatibleTargetError } from '@dbsnap/core/errors'
import type { CollectionRoute, ReadPoint, RestoreRequest } from '@dbsnap/core/ports'
import type { SchemaObject } from '@dbsnap/core/values'
import { dropStatement } from '../schema/drop-statement.ts'
import { neededObjects } from './needed-objects.ts'
import { refuseWhatStandsInTheWay, type TargetObjects } from './plan-create.ts'
import { creationStep, type RestorePlan, type SchemaStep } from './restore-plan.ts'

/**
 * Plans `overwrite` and `append`. A table that is there with the same columns and key is changed record by record, and
 * in `overwrite` its indexes, constraints, triggers and the like are made those of the snapshot. One that is missing
 * is created; one of another shape is dropped and created anew in `overwrite`, and refused in `append`.
 */
export function planOverwrite(request: RestoreRequest, target: TargetObjects, current: ReadPoint): RestorePlan {
  const wanted = objectsByCollection(request.schema.objects)
  const found = objectsByCollection(target.objects.values())
  const present = new Map(current.collections.map((collection) => [collection.name, collection]))
  const routes = new Map<string, CollectionRoute>()
  const clear: SchemaStep[] = []
  const after: SchemaStep[] = []
  const replaced = new Set<string>()
  for (const collection of request.collections) {
    const there = present.get(collection.name)
    const [ours, theirs] = [wanted.get(collection.name) ?? [], found.get(collection.name) ?? []]
    const changes = there === undefined ? undefined : objectDifferences(ours, theirs)
    const isKept = there !== undefined && hasSameRecords(collection, there)
    if (isKept && (request.mode === 'append' || changes?.shape === false)) {
      routes.set(collection.name, 'change')
      if (request.mode === 'append' || changes === undefined) continue
      // What was made last goes first.
      clear.push(...[...changes.drop].reverse().flatMap(dropStep))
      after.push(...changes.create.flatMap((object) => creationStep(object)))
      continue
    }
    if (there !== undefined && request.mode === 'append') throw otherShape(collection.name)
    routes.set(collection.name, 'load')
    if (there !== undefined) replaced.add(collection.name)
  }
  const loaded = new Set([...routes].flatMap(([name, route]) => (route === 'load' ? [name] : [])))
  for (const name of replaced) {
    const table = target.objects.get(`table:${name}`)
    if (table !== undefined) clear.push(...dropStep(table))
  }
  const left = withoutCollections(target, replaced)
  const create = created(request, loaded, left)
  refuseWhatStandsInTheWay(create, left)
  return {
    routes,
    clear,
    before: create.filter(({ section }) => section === 'pre-data').flatMap((object) => creationStep(object)),
    after: [
      ...create.filter(({ section }) => section === 'post-data').flatMap((object) => creationStep(object)),
      ...after,
    ].sort(byOrderOf(request)),
  }
}

/** What has to be made for the tables that are loaded and, where everything was chosen, what belongs to no table and is missing. */
function created(request: RestoreRequest, loaded: ReadonlySet<string>, target: TargetObjects): SchemaObject[] {
  const needed = neededObjects(request.schema, loaded, target.objects, request.onWarning).create
  const ids = new Set(needed.map(objectId))
  const missing = request.whole
    ? request.schema.objects.filter(
        (object) => object.collection === undefined && !target.objects.has(objectId(object)),
      )
    : []
  for (const object of missing) ids.add(objectId(object))
  return request.schema.objects.filter((object) => ids.has(objectId(object)))
}

function dropStep(object: SchemaObject): SchemaStep[] {
  const statement = dropStatement(object)
  if (statement === undefined) return []
  return [{ description: `drop ${object.kind} ${object.name}`, object: object.name, statements: [statement] }]
}

function withoutCollections(target: TargetObjects, gone: ReadonlySet<string>): TargetObjects {
  if (gone.size === 0) return target
  const objects = [...target.objects].filter(([, { collection }]) => collection === undefined || !gone.has(collection))
  const names = new Set(
    [...target.objects.values()].flatMap(({ collection, name }) => (gone.has(collection ?? '') ? [name] : [])),
  )
  return { objects: new Map(objects), relations: new Set([...target.relations].filter((name) => !names.has(name))) }
}

function byOrderOf(request: RestoreRequest): (a: SchemaStep, b: SchemaStep) => number {
  const place = new Map(request.schema.objects.map((object, i) => [objectId(object), i]))
  const placeOf = ({ creates }: SchemaStep): number => (creates === undefined ? 0 : (place.get(objectId(creates)) ?? 0))
  return (a, b) => placeOf(a) - placeOf(b)
}

function otherShape(collection: string): IncompatibleTargetError {
  return new IncompatibleTargetError(`${collection} has other columns or another key in the target`, {
    hint: 'Appending needs the same table. Use overwrite, or restore into an empty database and copy from there.',
    data: { collection },
  })
}
