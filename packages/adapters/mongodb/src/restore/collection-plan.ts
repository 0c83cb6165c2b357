import { isDeepStrictEqual } from 'node:util'
import type { CollectionRoute, PlannedStep, RestoreMode } from '@dbsnap/core/ports'
import type { JsonObject, SchemaObject } from '@dbsnap/core/values'

/** Options that a collection can be given later, by `collMod`. */
export const CHANGEABLE_OPTIONS = ['validator', 'validationLevel', 'validationAction'] as const

/** What a schema says of one collection. */
export interface CollectionShape {
  /** Its `collection` or `timeseries` object. */
  readonly collection: SchemaObject
  readonly indexes: readonly SchemaObject[]
}

/** What is to be done to one collection. */
export interface CollectionPlan {
  readonly name: string
  readonly route: CollectionRoute
  readonly wanted: CollectionShape
  /** What is there now. */
  readonly present: CollectionShape | undefined
  /** Of the route `change`. */
  readonly dropIndexes: readonly SchemaObject[]
  readonly createIndexes: readonly SchemaObject[]
  readonly changeOptions: boolean
}

/** Collections of a schema, by name. */
export function shapesOf(objects: Iterable<SchemaObject>): Map<string, CollectionShape> {
  const shapes = new Map<string, { collection: SchemaObject; indexes: SchemaObject[] }>()
  for (const object of objects) {
    if (object.kind === 'collection' || object.kind === 'timeseries') {
      shapes.set(object.name, { collection: object, indexes: [] })
    } else if (object.kind === 'index') shapes.get(object.collection as string)?.indexes.push(object)
  }
  return shapes
}

/** Decides how one collection is brought into the target. */
export function planCollection(
  name: string,
  mode: RestoreMode,
  wanted: CollectionShape,
  present: CollectionShape | undefined,
): CollectionPlan {
  const nothing = { dropIndexes: [], createIndexes: [], changeOptions: false }
  if (present === undefined) return { name, route: 'load', wanted, present, ...nothing }
  if (mode === 'append') return { name, route: 'change', wanted, present, ...nothing }
  if (!isChangeable(wanted.collection, present.collection)) return { name, route: 'load', wanted, present, ...nothing }
  const byName = new Map(present.indexes.map((index) => [index.name, index]))
  const createIndexes = wanted.indexes.filter((index) => {
    const other = byName.get(index.name)
    return other === undefined || !isDeepStrictEqual(index.definition, other.definition)
  })
  const replaced = new Set(createIndexes.map((index) => index.name))
  const kept = new Set(wanted.indexes.map((index) => index.name))
  return {
    name,
    route: 'change',
    wanted,
    present,
    dropIndexes: present.indexes.filter((index) => replaced.has(index.name) || !kept.has(index.name)),
    createIndexes,
    changeOptions: !isDeepStrictEqual(wanted.collection.definition, present.collection.definition),
  }
}

/** Whether records can be taken out of and put into what is there, and its options changed to what they shall be. */
function isChangeable(wanted: SchemaObject, present: SchemaObject): boolean {
  // From a capped collection nothing can be removed, and a time series takes only what it makes into buckets itself.
  if (wanted.kind === 'timeseries' || wanted.definition.capped === true) return false
  // What is changed is listed with all of these afterwards, whether they were given or not.
  const differs = CHANGEABLE_OPTIONS.filter(
    (option) => !isDeepStrictEqual(wanted.definition[option], present.definition[option]),
  )
  if (differs.length > 0 && !CHANGEABLE_OPTIONS.every((option) => option in wanted.definition)) return false
  return wanted.kind === present.kind && isDeepStrictEqual(fixed(wanted.definition), fixed(present.definition))
}

function fixed(definition: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(definition).filter(([name]) => !CHANGEABLE_OPTIONS.some((option) => option === name)),
  )
}

/** A plan in the words of its steps. */
export function stepsOf(plan: CollectionPlan): PlannedStep[] {
  const { name, wanted, present } = plan
  const { kind } = wanted.collection
  const what = kind === 'timeseries' ? 'time series' : kind
  const step = (description: string, object = name): PlannedStep => ({ description, object })
  if (plan.route === 'load') {
    return [
      step(`${present === undefined ? 'create' : 'replace'} ${what} ${name}`),
      ...wanted.indexes.map((index) => step(`create index ${index.name}`, index.name)),
    ]
  }
  return [
    ...plan.dropIndexes.map((index) => step(`drop index ${index.name}`, index.name)),
    ...(plan.changeOptions ? [step(`change options of collection ${name}`)] : []),
    ...plan.createIndexes.map((index) => step(`create index ${index.name}`, index.name)),
  ]
}
