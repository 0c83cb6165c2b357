import { isDeepStrictEqual } from 'node:util'
import type { SchemaDocument, SchemaObject } from '../values/schema.ts'
import type { SchemaChange } from './difference.ts'

/** The schema objects that differ, by kind and name. `chosen`: only what belongs to collections it accepts. */
export function diffSchema(
  left: SchemaDocument,
  right: SchemaDocument,
  chosen: (object: SchemaObject) => boolean,
): SchemaChange[] {
  const before = byName(left, chosen)
  const after = byName(right, chosen)
  const changes: SchemaChange[] = []
  for (const [id, object] of before) {
    const other = after.get(id)
    if (other === undefined) changes.push(change('removed', object, object, undefined))
    else if (!isDeepStrictEqual(object.definition, other.definition))
      changes.push(change('changed', object, object, other))
  }
  for (const [id, object] of after) if (!before.has(id)) changes.push(change('added', object, undefined, object))
  return changes.sort((a, b) => (`${a.object}\0${a.name}` < `${b.object}\0${b.name}` ? -1 : 1))
}

function byName(document: SchemaDocument, chosen: (object: SchemaObject) => boolean): Map<string, SchemaObject> {
  return new Map(document.objects.filter(chosen).map((object) => [`${object.kind}\0${object.name}`, object]))
}

function change(
  kind: SchemaChange['kind'],
  { kind: object, name }: SchemaObject,
  before: SchemaObject | undefined,
  after: SchemaObject | undefined,
): SchemaChange {
  return { type: 'schema', object, kind, name, before: before?.definition ?? null, after: after?.definition ?? null }
}
