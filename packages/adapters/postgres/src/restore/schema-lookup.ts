import type { SchemaDocument, SchemaObject } from '@dbsnap/core/values'

/** How other objects' `dependsOn` names an object. */
export function objectId(object: Pick<SchemaObject, 'kind' | 'name'>): string {
  return `${object.kind}:${object.name}`
}

/** Objects by `kind:name`, in the document's order. */
export function objectsById(objects: Iterable<SchemaObject>): Map<string, SchemaObject> {
  const found = new Map<string, SchemaObject>()
  for (const object of objects) found.set(objectId(object), object)
  return found
}

/** The objects that belong to each collection, in the document's order. */
export function objectsByCollection(document: SchemaDocument): Map<string, SchemaObject[]> {
  const found = new Map<string, SchemaObject[]>()
  for (const object of document.objects) {
    if (object.collection === undefined) continue
    const list = found.get(object.collection)
    if (list === undefined) found.set(object.collection, [object])
    else list.push(object)
  }
  return found
}
