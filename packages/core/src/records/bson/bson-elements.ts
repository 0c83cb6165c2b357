import { DamagedError } from '../../errors/damaged-error.ts'
import { BSON_TYPE, EMPTY_DOCUMENT_BYTES } from './bson-type.ts'

/** Bytes of the values of each type that has one size. */
const FIXED: Readonly<Record<number, number>> = {
  [BSON_TYPE.double]: 8,
  [BSON_TYPE.undefined]: 0,
  [BSON_TYPE.objectId]: 12,
  [BSON_TYPE.boolean]: 1,
  [BSON_TYPE.date]: 8,
  [BSON_TYPE.null]: 0,
  [BSON_TYPE.int32]: 4,
  [BSON_TYPE.timestamp]: 8,
  [BSON_TYPE.int64]: 8,
  [BSON_TYPE.decimal128]: 16,
  [BSON_TYPE.maxKey]: 0,
  [BSON_TYPE.minKey]: 0,
}

/**
 * Walks the elements of one BSON document after another, without an object per element. Never looks past the document;
 * what is not BSON is a `DamagedError`, which holds nothing of the document. To be used as
 * `for (elements.open(bytes); elements.next(); ) ...`.
 */
export class BsonElements {
  bytes: Buffer = Buffer.alloc(0)
  type = 0
  nameStart = 0
  /** Of the zero that ends the name. */
  nameEnd = 0
  valueStart = 0
  valueEnd = 0
  #end = 0

  /** Begins with the document at `start`; its length must lie within `limit` (default: the end of the bytes). */
  open(bytes: Buffer, start = 0, limit = bytes.length): void {
    this.bytes = bytes
    this.#end = documentEnd(bytes, start, limit) - 1
    this.valueEnd = start + 4
  }

  /** Moves to the next element; false where there is none. */
  next(): boolean {
    const { bytes } = this
    const at = this.valueEnd
    if (at === this.#end) return false
    this.type = bytes[at] as number
    this.nameStart = at + 1
    this.nameEnd = zeroAfter(bytes, this.nameStart, this.#end)
    this.valueStart = this.nameEnd + 1
    this.valueEnd = endOfValue(bytes, this.type, this.valueStart, this.#end)
    return true
  }
}

/** Offset just past the document that begins at `start`. */
export function documentEnd(bytes: Buffer, start: number, limit: number): number {
  if (limit - start < EMPTY_DOCUMENT_BYTES) throw notBson()
  const end = start + bytes.readInt32LE(start)
  if (end < start + EMPTY_DOCUMENT_BYTES || end > limit || bytes[end - 1] !== 0) throw notBson()
  return end
}

/** Offset of the first zero at or after `start`. A loop: `indexOf` has no end, and names are short. */
export function zeroAfter(bytes: Buffer, start: number, limit: number): number {
  for (let at = start; at < limit; at++) if (bytes[at] === 0) return at
  throw notBson()
}

/** Offset just past the value of a type that begins at `start`. */
function endOfValue(bytes: Buffer, type: number, start: number, limit: number): number {
  const end = start + sizeOf(bytes, type, start, limit)
  if (end > limit) throw notBson()
  return end
}

function sizeOf(bytes: Buffer, type: number, start: number, limit: number): number {
  const fixed = FIXED[type]
  if (fixed !== undefined) return fixed
  switch (type) {
    case BSON_TYPE.regularExpression:
      return zeroAfter(bytes, zeroAfter(bytes, start, limit) + 1, limit) + 1 - start
    case BSON_TYPE.document:
    case BSON_TYPE.array:
      return documentEnd(bytes, start, limit) - start
    case BSON_TYPE.string:
    case BSON_TYPE.code:
    case BSON_TYPE.symbol:
      return 4 + lengthAt(bytes, start, limit, 1)
    case BSON_TYPE.binary:
      return 5 + lengthAt(bytes, start, limit, 0)
    case BSON_TYPE.dbPointer:
      return 16 + lengthAt(bytes, start, limit, 1)
    case BSON_TYPE.codeWithScope:
      return lengthAt(bytes, start, limit, 14)
  }
  throw notBson()
}

function lengthAt(bytes: Buffer, start: number, limit: number, least: number): number {
  if (limit - start < 4) throw notBson()
  const length = bytes.readInt32LE(start)
  if (length < least) throw notBson()
  return length
}

/** The error of bytes that are no BSON document. */
export function notBson(): DamagedError {
  return new DamagedError('a record is not a whole BSON document', {
    hint: 'Run `dbsnap check` to see which snapshots are affected.',
  })
}
