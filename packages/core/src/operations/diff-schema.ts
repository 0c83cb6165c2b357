import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '../values/json.ts'
import type { SchemaObject } from '../values/schema.ts'
import type { SchemaChange } from './difference.ts'

/** Objects of a schema, one after the other. */
export type SchemaObjects = AsyncIterable<SchemaObject> | Iterable<SchemaObject>

/** What is kept of an object of the left side: its definition, as text. */
interface Before {
  readonly kind: string
  readonly name: string
  readonly definition: string
}

/**
 * The schema objects that differ, by kind and name. `chosen`: only what belongs to collections it accepts. Of the left side
 * the definitions are held as text, of the right side one object at a time.
 */
export async function diffSchema(
  left: SchemaObjects,
  right: SchemaObjects,
  chosen: (object: SchemaObject) => boolean,
): Promise<SchemaChange[]> {
  const before = new Map<string, Before>()
  for await (const object of left) {
    const { kind, name, definition } = object
    if (chosen(object)) before.set(idOf(object), { kind, name, definition: JSON.stringify(definition) })
  }
  const changes: SchemaChange[] = []
  for await (const object of right) {
    if (!chosen(object)) continue
    const { kind, name, definition } = object
    const other = before.get(idOf(object))
    before.delete(idOf(object))
    const known: JsonObject | null = other === undefined ? null : JSON.parse(other.definition)
    if (isDeepStrictEqual(known, definition)) continue
    changes.push(change(other === undefined ? 'added' : 'changed', kind, name, known, definition))
  }
  for (const { kind, name, definition } of before.values()) {
    changes.push(change('removed', kind, name, JSON.parse(definition), null))
  }
  return changes.sort((a, b) => (`${a.object}\0${a.name}` < `${b.object}\0${b.name}` ? -1 : 1))
}

function idOf({ kind, name }: SchemaObject): string {
  return `${kind}\0${name}`
}

function change(
  kind: SchemaChange['kind'],
  object: string,
  name: string,
  before: JsonObject | null,
  after: JsonObject | null,
): SchemaChange {
  return { type: 'schema', object, kind, name, before, after }
}
