import type { Json, JsonObject } from '../../values/json.ts'
import { decodeText } from '../decode-text.ts'
import { BsonElements, zeroAfter } from './bson-elements.ts'
import { scopeOf } from './bson-key.ts'
import { BSON_TYPE } from './bson-type.ts'
import { decimal128Text, decodeDecimal128 } from './decimal128.ts'

/** How a document is written. */
export interface ExtendedJsonStyle {
  /** Numbers that JSON can say and dates of usual years as people write them; types get lost. Default: canonical, which keeps every type. */
  readonly relaxed?: boolean
  /** A second field of one name is written as `name (2)`, so that a JavaScript object can hold both. Default false. */
  readonly unique?: boolean
}

/** Years in which relaxed dates are written as ISO 8601, in milliseconds: 1970 to 9999. */
const FIRST_ISO = 0n
const LAST_ISO = 253402300799999n

/** A document as MongoDB Extended JSON (v2), its fields in their order. */
export function extendedJson(bytes: Buffer, start = 0, style: ExtendedJsonStyle = {}): string {
  const elements = new BsonElements()
  const names = style.unique ? new FieldNames() : undefined
  let text = '{'
  for (elements.open(bytes, start); elements.next(); ) {
    const name = fieldName(elements)
    const { type, valueStart, valueEnd } = elements
    text += `${text === '{' ? '' : ','}${JSON.stringify(names?.next(name) ?? name)}:`
    text += extendedValue(bytes, type, valueStart, valueEnd, style)
  }
  return `${text}}`
}

/** A document as a JavaScript object: canonical unless `relaxed`. A second field of one name is called `name (2)`. */
export function shownDocument(bytes: Buffer, style: Pick<ExtendedJsonStyle, 'relaxed'> = {}): JsonObject {
  return JSON.parse(extendedJson(bytes, 0, { ...style, unique: true }))
}

/** A value as a JavaScript value, as `shownDocument` has it. */
export function shownBson(bytes: Buffer, type: number, start: number, end: number): Json {
  return JSON.parse(extendedValue(bytes, type, start, end, { unique: true }))
}

/** The name of the element on which `elements` stands. */
export function fieldName({ bytes, nameStart, nameEnd }: BsonElements): string {
  return decodeText(bytes.subarray(nameStart, nameEnd), 'utf-8')
}

/** Tells fields of one name in one document apart: `a`, `a (2)`, `a (3)`. */
export class FieldNames {
  readonly #seen = new Map<string, number>()

  next(name: string): string {
    const count = (this.#seen.get(name) ?? 0) + 1
    this.#seen.set(name, count)
    return count === 1 ? name : `${name} (${count})`
  }
}

/** A value as extended JSON. */
export function extendedValue(
  bytes: Buffer,
  type: number,
  start: number,
  end: number,
  style: ExtendedJsonStyle,
): string {
  switch (type) {
    case BSON_TYPE.double:
      return doubleText(bytes.readDoubleLE(start), style)
    case BSON_TYPE.int32:
      return style.relaxed ? String(bytes.readInt32LE(start)) : `{"$numberInt":"${bytes.readInt32LE(start)}"}`
    case BSON_TYPE.int64:
      return longText(bytes.readBigInt64LE(start), style)
    case BSON_TYPE.decimal128:
      return `{"$numberDecimal":"${decimal128Text(decodeDecimal128(bytes, start))}"}`
    case BSON_TYPE.string:
      return stringText(bytes, start, end)
    case BSON_TYPE.document:
      return extendedJson(bytes, start, style)
    case BSON_TYPE.array:
      return arrayText(bytes, start, style)
    case BSON_TYPE.boolean:
      return bytes[start] === 0 ? 'false' : 'true'
    case BSON_TYPE.null:
      return 'null'
    case BSON_TYPE.date:
      return dateText(bytes.readBigInt64LE(start), style)
    default:
      return rareText(bytes, type, start, end, style)
  }
}

function rareText(bytes: Buffer, type: number, start: number, end: number, style: ExtendedJsonStyle): string {
  switch (type) {
    case BSON_TYPE.objectId:
      return `{"$oid":"${bytes.toString('hex', start, end)}"}`
    case BSON_TYPE.binary:
      return binaryText(bytes, start, end)
    case BSON_TYPE.timestamp:
      return `{"$timestamp":{"t":${bytes.readUInt32LE(start + 4)},"i":${bytes.readUInt32LE(start)}}}`
    case BSON_TYPE.regularExpression: {
      const middle = zeroAfter(bytes, start, end)
      const [pattern, options] = [quoted(bytes, start, middle), quoted(bytes, middle + 1, end - 1)]
      return `{"$regularExpression":{"pattern":${pattern},"options":${options}}}`
    }
    case BSON_TYPE.dbPointer: {
      const id = bytes.toString('hex', end - 12, end)
      return `{"$dbPointer":{"$ref":${stringText(bytes, start, end - 12)},"$id":{"$oid":"${id}"}}}`
    }
    case BSON_TYPE.code:
      return `{"$code":${stringText(bytes, start, end)}}`
    case BSON_TYPE.symbol:
      return `{"$symbol":${stringText(bytes, start, end)}}`
    case BSON_TYPE.codeWithScope: {
      const scope = scopeOf(bytes, start)
      return `{"$code":${stringText(bytes, start + 4, scope)},"$scope":${extendedJson(bytes, scope, style)}}`
    }
    case BSON_TYPE.undefined:
      return '{"$undefined":true}'
    case BSON_TYPE.minKey:
      return '{"$minKey":1}'
    default:
      return '{"$maxKey":1}'
  }
}

function quoted(bytes: Buffer, start: number, end: number): string {
  return JSON.stringify(decodeText(bytes.subarray(start, end), 'utf-8'))
}

/** A string with its length before and a zero after it. */
function stringText(bytes: Buffer, start: number, end: number): string {
  return quoted(bytes, start + 4, end - 1)
}

function arrayText(bytes: Buffer, start: number, style: ExtendedJsonStyle): string {
  const elements = new BsonElements()
  const texts: string[] = []
  for (elements.open(bytes, start); elements.next(); ) {
    texts.push(extendedValue(bytes, elements.type, elements.valueStart, elements.valueEnd, style))
  }
  return `[${texts.join(',')}]`
}

function doubleText(value: number, { relaxed }: ExtendedJsonStyle): string {
  if (relaxed && Number.isFinite(value)) return Object.is(value, -0) ? '-0.0' : String(value)
  // Whole ones up to 1e21 with all their digits, as the driver's own library writes them.
  const text = Number.isInteger(value) ? value.toFixed(1) : String(value)
  return `{"$numberDouble":"${Object.is(value, -0) ? '-0.0' : text}"}`
}

function longText(value: bigint, { relaxed }: ExtendedJsonStyle): string {
  return relaxed && Number.isSafeInteger(Number(value)) ? String(value) : `{"$numberLong":"${value}"}`
}

function dateText(milliseconds: bigint, { relaxed }: ExtendedJsonStyle): string {
  if (!relaxed || milliseconds < FIRST_ISO || milliseconds > LAST_ISO) {
    return `{"$date":{"$numberLong":"${milliseconds}"}}`
  }
  return `{"$date":"${new Date(Number(milliseconds)).toISOString().replace('.000Z', 'Z')}"}`
}

/** Subtype 2 repeats its length within, which is no part of its value. */
function binaryText(bytes: Buffer, start: number, end: number): string {
  const subtype = bytes[start + 4] as number
  const first = start + 5
  const repeats = subtype === 2 && end - first >= 4 && bytes.readInt32LE(first) === end - first - 4
  const base64 = bytes.toString('base64', repeats ? first + 4 : first, end)
  return `{"$binary":{"base64":"${base64}","subType":"${subtype.toString(16).padStart(2, '0')}"}}`
}
