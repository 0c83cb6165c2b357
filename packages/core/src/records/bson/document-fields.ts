import { BsonElements, documentEnd } from './bson-elements.ts'
import { scopeOf } from './bson-key.ts'
import { BSON_TYPE } from './bson-type.ts'
import { FieldNames, fieldName } from './extended-json.ts'

/** One value within a document that is compared. */
export interface BsonValue {
  readonly bytes: Buffer
  readonly type: number
  readonly start: number
  readonly end: number
}

/** A field of a document: its name is unique there, for a second one of the same is called `name (2)`. */
export interface BsonField extends BsonValue {
  readonly name: string
  /** Whether the document holds another field of this very name. */
  readonly repeated: boolean
}

/** The fields of the document at `start`, in their order. */
export function fieldsOf(bytes: Buffer, start: number): BsonField[] {
  const elements = new BsonElements()
  const names = new FieldNames()
  const fields: BsonField[] = []
  for (elements.open(bytes, start); elements.next(); ) {
    const { type, valueStart, valueEnd } = elements
    const plain = fieldName(elements)
    const name = names.next(plain)
    fields.push({ bytes, type, start: valueStart, end: valueEnd, name, repeated: name !== plain })
  }
  return fields
}

/** Whether two values are the same, types told apart; the order of fields within documents does not count. */
export function isSameValue(left: BsonValue, right: BsonValue): boolean {
  if (left.type !== right.type) return false
  if (hasEqualBytes(left, right)) return true
  switch (left.type) {
    case BSON_TYPE.document:
      return isSameDocument(left, right)
    case BSON_TYPE.array: {
      const [a, b] = [fieldsOf(left.bytes, left.start), fieldsOf(right.bytes, right.start)]
      return a.length === b.length && a.every((element, i) => isSameValue(element, b[i] as BsonField))
    }
    case BSON_TYPE.codeWithScope: {
      const [a, b] = [scopeOf(left.bytes, left.start), scopeOf(right.bytes, right.start)]
      const code = (value: BsonValue, scope: number): Buffer => value.bytes.subarray(value.start + 4, scope)
      return (
        code(left, a).equals(code(right, b)) && isSameDocument(documentAt(left.bytes, a), documentAt(right.bytes, b))
      )
    }
  }
  return false
}

function documentAt(bytes: Buffer, start: number): BsonValue {
  return { bytes, type: BSON_TYPE.document, start, end: documentEnd(bytes, start, bytes.length) }
}

function isSameDocument(left: BsonValue, right: BsonValue): boolean {
  const [a, b] = [fieldsOf(left.bytes, left.start), fieldsOf(right.bytes, right.start)]
  if (a.length !== b.length) return false
  const byName = new Map(b.map((field) => [field.name, field]))
  return a.every((field) => {
    const other = byName.get(field.name)
    return other !== undefined && isSameValue(field, other)
  })
}

function hasEqualBytes(left: BsonValue, right: BsonValue): boolean {
  return (
    left.end - left.start === right.end - right.start &&
    left.bytes.compare(right.bytes, right.start, right.end, left.start, left.end) === 0
  )
}
