import type { SchemaObject } from '@dbsnap/core/values'

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

/** The objects that belong to a collection, in their order. */
export function objectsOf(objects: Iterable<SchemaObject>, collection: string): SchemaObject[] {
  return [...objects].filter((object) => object.collection === collection)
}
