import { objectId, objectsByCollection, objectsById } from '@dbsnap/core/adapter'
import { IncompatibleTargetError } from '@dbsnap/core/errors'
import type { Warning } from '@dbsnap/core/ports'
import type { SchemaDocument, SchemaObject } from '@dbsnap/core/values'

/** What has to be created for the chosen collections. */
export interface NeededObjects {
  /** In the document's order. */
  readonly create: readonly SchemaObject[]
  /** Objects they rest on that the target has already. */
  readonly present: readonly SchemaObject[]
}

/**
 * The objects of `collections`, with what they rest on (schemas, types, functions, a partitioned parent) where the target
 * lacks it. A foreign key or another object made after the records that rests on a table which is neither chosen nor there is left out
 * with a warning; anything else that rests on such a table is an `IncompatibleTargetError`.
 */
export function neededObjects(
  document: SchemaDocument,
  collections: ReadonlySet<string>,
  target: ReadonlyMap<string, SchemaObject>,
  onWarning: (warning: Warning) => void,
): NeededObjects {
  const all = objectsById(document.objects)
  const owned = objectsByCollection(document.objects)
  const create = new Set<string>()
  const present = new Set<string>()
  /** Whether `object` and all it rests on is to be had; adds it to `create` then. */
  const want = (object: SchemaObject, chain: readonly string[]): string | undefined => {
    const id = objectId(object)
    if (create.has(id) || chain.includes(id)) return undefined
    for (const needed of object.dependsOn) {
      const dependency = all.get(needed)
      if (dependency === undefined || create.has(needed)) continue
      if (dependency.collection !== undefined && collections.has(dependency.collection)) {
        continue
      }
      if (target.has(needed)) {
        present.add(needed)
        continue
      }
      if (holdsRecords(dependency)) return needed
      const missing = want(dependency, [...chain, id])
      if (missing !== undefined) return missing
      if (dependency.kind === 'table') {
        for (const part of owned.get(dependency.name) ?? []) want(part, [...chain, id])
      }
    }
    create.add(id)
    return undefined
  }
  for (const collection of collections) {
    for (const object of owned.get(collection) ?? []) {
      const missing = want(object, [])
      if (missing === undefined) continue
      if (object.section === 'pre-data') throw cannotCreate(object, missing)
      onWarning({
        code: object.definition.type === 'foreign key' ? 'FOREIGN_KEY_LEFT_OUT' : 'OBJECT_LEFT_OUT',
        message: `${object.kind} ${object.name} is left out: it needs ${missing.replace(':', ' ')}, which is neither chosen nor in the target`,
      })
    }
  }
  return {
    create: document.objects.filter((object) => create.has(objectId(object))),
    present: document.objects.filter((object) => present.has(objectId(object))),
  }
}

/** Whether an object is a table with records of its own, which only choosing it brings along. */
function holdsRecords(object: SchemaObject): boolean {
  return object.kind === 'table' && object.definition.partitionKey === undefined
}

function cannotCreate(object: SchemaObject, missing: string): IncompatibleTargetError {
  return new IncompatibleTargetError(
    `${object.kind} ${object.name} needs ${missing.replace(':', ' ')}, which is neither chosen nor in the target`,
    { hint: 'Choose that one too.', data: { object: object.name, missing } },
  )
}
