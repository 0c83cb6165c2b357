import type { Json } from '../../values/json.ts'
import { arrayEdits } from './array-edits.ts'
import { BSON_TYPE } from './bson-type.ts'
import { root } from './document-diff.ts'
import { type BsonField, type BsonValue, fieldsOf, isSameValue } from './document-fields.ts'
import { shownBson } from './extended-json.ts'

/** One operation of a JSON Patch (RFC 6902). Paths are JSON Pointers; values are canonical extended JSON. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string }

/**
 * The patch that turns the canonical extended JSON of `left` into that of `right`, but for the order of fields, which JSON
 * has none of. A document in which a name stands twice is replaced whole.
 */
export function jsonPatch(left: Buffer, right: Buffer): JsonPatchOperation[] {
  const operations: JsonPatchOperation[] = []
  patchValue(root(left), root(right), '', operations)
  return operations
}

function patchValue(left: BsonValue, right: BsonValue, path: string, out: JsonPatchOperation[]): void {
  if (isSameValue(left, right)) return
  const isNested = left.type === right.type && (left.type === BSON_TYPE.document || left.type === BSON_TYPE.array)
  const before = isNested ? fieldsOf(left.bytes, left.start) : []
  const after = isNested ? fieldsOf(right.bytes, right.start) : []
  if (!isNested || [...before, ...after].some(({ repeated }) => repeated)) {
    out.push({ op: 'replace', path, value: shown(right) })
  } else if (left.type === BSON_TYPE.document) patchDocument(before, after, path, out)
  else patchArray(before, after, path, out)
}

function patchDocument(
  before: readonly BsonField[],
  after: readonly BsonField[],
  path: string,
  out: JsonPatchOperation[],
): void {
  const byName = new Map(after.map((field) => [field.name, field]))
  for (const field of before) {
    const other = byName.get(field.name)
    byName.delete(field.name)
    const place = `${path}/${escaped(field.name)}`
    if (other === undefined) out.push({ op: 'remove', path: place })
    else patchValue(field, other, place, out)
  }
  for (const [name, field] of byName) out.push({ op: 'add', path: `${path}/${escaped(name)}`, value: shown(field) })
}

/** From the end, so that the positions of what follows are still those of the left side. */
function patchArray(
  before: readonly BsonValue[],
  after: readonly BsonValue[],
  path: string,
  out: JsonPatchOperation[],
): void {
  for (const edit of arrayEdits(before, after).reverse()) {
    const place = `${path}/${edit.left}`
    if (edit.kind === 'removed') out.push({ op: 'remove', path: place })
    else {
      const element = after[edit.right] as BsonValue
      if (edit.kind === 'added') out.push({ op: 'add', path: place, value: shown(element) })
      else patchValue(before[edit.left] as BsonValue, element, place, out)
    }
  }
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function shown({ bytes, type, start, end }: BsonValue): Json {
  return shownBson(bytes, type, start, end)
}
