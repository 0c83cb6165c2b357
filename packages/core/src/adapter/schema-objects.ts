import { isDeepStrictEqual } from 'node:util'
import type { CollectionLayout } from '../values/collection.ts'
import type { SchemaObject } from '../values/schema.ts'

/** How other objects' `dependsOn` names an object. */
export function objectId({ kind, name }: Pick<SchemaObject, 'kind' | 'name'>): string {
  return `${kind}:${name}`
}

/** Objects by `kind:name`, in their order. */
export function objectsById(objects: Iterable<SchemaObject>): Map<string, SchemaObject> {
  const found = new Map<string, SchemaObject>()
  for (const object of objects) found.set(objectId(object), object)
  return found
}

/** The objects that belong to each collection, in their order. */
export function objectsByCollection(objects: Iterable<SchemaObject>): Map<string, SchemaObject[]> {
  const found = new Map<string, SchemaObject[]>()
  for (const object of objects) {
    if (object.collection === undefined) continue
    const list = found.get(object.collection)
    if (list === undefined) found.set(object.collection, [object])
    else list.push(object)
  }
  return found
}

/** What makes the objects of a collection in a target equal to those of a snapshot. */
export interface ObjectDifferences {
  /** Whether the table itself differs, so that it must be made anew. */
  readonly shape: boolean
  /** Theirs that go or are replaced, in their order. */
  readonly drop: readonly SchemaObject[]
  /** Ours that are missing or differ, in their order. */
  readonly create: readonly SchemaObject[]
}

/** `ours` are the snapshot's objects of a collection, `theirs` the target's. */
export function objectDifferences(ours: readonly SchemaObject[], theirs: readonly SchemaObject[]): ObjectDifferences {
  const wanted = objectsById(ours)
  const found = objectsById(theirs)
  const isIn = (others: ReadonlyMap<string, SchemaObject>, object: SchemaObject): boolean =>
    isDeepStrictEqual(others.get(objectId(object))?.definition, object.definition)
  const drop = theirs.filter((object) => !isIn(wanted, object))
  const create = ours.filter((object) => !isIn(found, object))
  return { shape: [...drop, ...create].some(({ section }) => section === 'pre-data'), drop, create }
}

/** Whether records of the one are records of the other: the same columns and types in the same order, and the same key. */
export function hasSameRecords(one: CollectionLayout, other: CollectionLayout): boolean {
  const shape = ({ columns, key }: CollectionLayout): unknown => [columns.map(({ name, type }) => [name, type]), key]
  return isDeepStrictEqual(shape(one), shape(other))
}
