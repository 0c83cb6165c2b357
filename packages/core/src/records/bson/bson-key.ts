import type { KeyBuffer } from '../key-encoding.ts'
import { BsonElements, notBson } from './bson-elements.ts'
import { BSON_TYPE } from './bson-type.ts'
import { encodeDecimal128, encodeDouble, encodeLong, encodeSafeInteger } from './number-key.ts'

/**
 * The class of each type, in the order in which the server compares values of different types (BSON comparison order);
 * types of one class are compared by value. Never 0, which ends a document, nor 0xFF, which escapes a zero in a string.
 */
const CLASS: Readonly<Record<number, number>> = {
  [BSON_TYPE.minKey]: 0x08,
  [BSON_TYPE.undefined]: 0x0c,
  [BSON_TYPE.null]: 0x10,
  [BSON_TYPE.int32]: 0x20,
  [BSON_TYPE.int64]: 0x20,
  [BSON_TYPE.double]: 0x20,
  [BSON_TYPE.decimal128]: 0x20,
  [BSON_TYPE.string]: 0x30,
  [BSON_TYPE.symbol]: 0x30,
  [BSON_TYPE.document]: 0x38,
  [BSON_TYPE.array]: 0x40,
  [BSON_TYPE.binary]: 0x48,
  [BSON_TYPE.objectId]: 0x50,
  [BSON_TYPE.boolean]: 0x58,
  [BSON_TYPE.date]: 0x60,
  [BSON_TYPE.timestamp]: 0x68,
  [BSON_TYPE.regularExpression]: 0x70,
  [BSON_TYPE.dbPointer]: 0x78,
  [BSON_TYPE.code]: 0x80,
  [BSON_TYPE.codeWithScope]: 0x88,
  [BSON_TYPE.maxKey]: 0xf0,
}

/**
 * Appends the key of a BSON value, so that keys compare byte by byte as the server compares values under the simple
 * collation. Values that it calls equal (Int32 1 and Decimal128 1.0) have one key. `docs/format/record-format.md` has
 * the bytes.
 */
export function encodeBsonKey(out: KeyBuffer, bytes: Buffer, type: number, start: number, end: number): void {
  out.byte(CLASS[type] as number)
  encodeValue(out, bytes, type, start, end)
}

function encodeValue(out: KeyBuffer, bytes: Buffer, type: number, start: number, end: number): void {
  switch (type) {
    case BSON_TYPE.int32:
      return encodeSafeInteger(out, bytes.readInt32LE(start))
    case BSON_TYPE.int64:
      return encodeLong(out, bytes.readBigInt64LE(start))
    case BSON_TYPE.double:
      return encodeDouble(out, bytes.readDoubleLE(start))
    case BSON_TYPE.decimal128:
      return encodeDecimal128(out, bytes, start)
    case BSON_TYPE.string:
    case BSON_TYPE.symbol:
    case BSON_TYPE.code:
      return encodeText(out, bytes, start + 4, end - 1)
    case BSON_TYPE.document:
      return encodeElements(out, bytes, start, true)
    case BSON_TYPE.array:
      return encodeElements(out, bytes, start, false)
    case BSON_TYPE.date:
    case BSON_TYPE.timestamp:
      return encodeReversed(out, bytes, start, type === BSON_TYPE.date ? 0x80 : 0)
    case BSON_TYPE.binary:
    case BSON_TYPE.dbPointer:
      // By length first, then subtype, or name, then the bytes.
      encodeLength(out, bytes.readInt32LE(start))
      return append(out, bytes, start + 4, end)
    case BSON_TYPE.codeWithScope:
      return encodeCodeWithScope(out, bytes, start)
    default:
      // ObjectId, boolean and regular expression compare as their bytes; the rest has none.
      return append(out, bytes, start, end)
  }
}

/** Elements one after the other, each with its class before its name, as the server compares them; then 0. */
function encodeElements(out: KeyBuffer, bytes: Buffer, start: number, named: boolean): void {
  const elements = new BsonElements()
  for (elements.open(bytes, start); elements.next(); ) {
    const { type, nameStart, nameEnd, valueStart, valueEnd } = elements
    out.byte(CLASS[type] as number)
    if (named) append(out, bytes, nameStart, nameEnd + 1)
    encodeValue(out, bytes, type, valueStart, valueEnd)
  }
  out.byte(0)
}

/** Bytes with 00 written as 00 FF, then 00. */
function encodeText(out: KeyBuffer, bytes: Buffer, start: number, end: number): void {
  out.reserve(2 * (end - start) + 1)
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number
    out.byte(byte)
    if (byte === 0) out.byte(0xff)
  }
  out.byte(0)
}

/** Eight little-endian bytes as big-endian ones; `flip` turns a sign round. */
function encodeReversed(out: KeyBuffer, bytes: Buffer, start: number, flip: number): void {
  out.reserve(8)
  out.byte((bytes[start + 7] as number) ^ flip)
  for (let i = 6; i >= 0; i--) out.byte(bytes[start + i] as number)
}

function encodeLength(out: KeyBuffer, length: number): void {
  for (const shift of [24, 16, 8, 0]) out.byte((length >>> shift) & 0xff)
}

/** The code as text, the scope as a document. */
function encodeCodeWithScope(out: KeyBuffer, bytes: Buffer, start: number): void {
  const scope = scopeOf(bytes, start)
  encodeText(out, bytes, start + 8, scope - 1)
  encodeElements(out, bytes, scope, true)
}

/** Where the scope of a code begins. */
export function scopeOf(bytes: Buffer, start: number): number {
  const end = start + bytes.readInt32LE(start)
  const scope = start + 8 + bytes.readInt32LE(start + 4)
  if (scope < start + 9 || scope >= end) throw notBson()
  return scope
}

function append(out: KeyBuffer, bytes: Buffer, start: number, end: number): void {
  out.reserve(end - start)
  out.length += bytes.copy(out.bytes, out.length, start, end)
}
