// The namespace, not the name: an older Node lacks it, and must get as far as saying so.
import crypto from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '../values/json.ts'
import type { SchemaObject } from '../values/schema.ts'
import type { SchemaChange } from './difference.ts'

/** Objects of a schema, one after the other. */
export type SchemaObjects = AsyncIterable<SchemaObject> | Iterable<SchemaObject>

/**
 * The schema objects that differ, by kind and name. `chosen`: only what belongs to collections it accepts. Of the left side
 * a digest of each definition is held, of the right side those that differ; then the left side is read again for them.
 */
export async function diffSchema(
  left: () => SchemaObjects,
  right: () => SchemaObjects,
  chosen: (object: SchemaObject) => boolean,
): Promise<SchemaChange[]> {
  const before = new Map<string, string>()
  for await (const object of left()) if (chosen(object)) before.set(idOf(object), digestOf(object))
  const changes: SchemaChange[] = []
  const after = new Map<string, JsonObject>()
  for await (const object of right()) {
    if (!chosen(object)) continue
    const id = idOf(object)
    const known = before.get(id)
    before.delete(id)
    if (known === undefined) changes.push(change('added', object, null, object.definition))
    else if (known !== digestOf(object)) after.set(id, object.definition)
  }
  if (before.size + after.size > 0) {
    for await (const object of left()) {
      const id = idOf(object)
      const other = after.get(id)
      if (before.has(id)) changes.push(change('removed', object, object.definition, null))
      // The order of members is no difference.
      else if (other !== undefined && !isDeepStrictEqual(object.definition, other))
        changes.push(change('changed', object, object.definition, other))
    }
  }
  return changes.sort((a, b) => (`${a.object}\0${a.name}` < `${b.object}\0${b.name}` ? -1 : 1))
}

function digestOf({ definition }: SchemaObject): string {
  return digest(JSON.stringify(definition))
}

/** A digest too: 40 000 objects of 10 000 tables took 18 MB by their names. */
function idOf({ kind, name }: SchemaObject): string {
  return digest(`${kind}\0${name}`)
}

/** 32 characters of one byte. At once: an object of Node for each would hold native memory until the collector comes. */
function digest(text: string): string {
  return crypto.hash('sha256', text, 'binary')
}

function change(
  kind: SchemaChange['kind'],
  { kind: object, name }: SchemaObject,
  before: JsonObject | null,
  after: JsonObject | null,
): SchemaChange {
  return { type: 'schema', object, kind, name, before, after }
}
