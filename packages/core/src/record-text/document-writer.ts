import { BsonElements, documentEnd } from '../records/bson/bson-elements.ts'
import { BSON_TYPE } from '../records/bson/bson-type.ts'
import { decimal128Text, decodeDecimal128 } from '../records/bson/decimal128.ts'
import { type ExtendedJsonStyle, extendedJson, extendedValue, fieldName } from '../records/bson/extended-json.ts'
import { decodeText } from '../records/decode-text.ts'
import { csvField } from './csv-style.ts'
import type { RecordWriter } from './record-writer.ts'
import type { TextSink } from './text-sink.ts'

/** Writes BSON documents as extended JSON: fields in their order, a name that stands twice written twice. */
export class DocumentJsonWriter implements RecordWriter {
  readonly #style: ExtendedJsonStyle

  constructor(style: ExtendedJsonStyle) {
    this.#style = style
  }

  begin(): void {}

  write(bytes: Buffer, start: number, end: number, out: TextSink): void {
    documentEnd(bytes, start, end)
    out.write(extendedJson(bytes, start, this.#style))
  }
}

/** Writes chosen fields of BSON documents as lines of CSV; what is not there is empty, as null is. */
export class DocumentCsvWriter implements RecordWriter {
  readonly #paths: readonly string[]

  /** Dotted paths: `_id`, `address.city`, `items.0.sku`. */
  constructor(paths: readonly string[]) {
    this.#paths = paths
  }

  begin(): void {}

  write(bytes: Buffer, start: number, _end: number, out: TextSink): void {
    const values = this.#paths.map((path) => csvField(valueAt(bytes, start, path) ?? null))
    out.write(`${values.join(',')}\r\n`)
  }
}

/** The text of the value at a path. A name may hold a dot itself: a field that fits more of the path is looked into as well. */
function valueAt(bytes: Buffer, start: number, path: string): string | null | undefined {
  const elements = new BsonElements()
  for (elements.open(bytes, start); elements.next(); ) {
    const { type, valueStart, valueEnd } = elements
    const name = fieldName(elements)
    if (name === path) return plainText(bytes, type, valueStart, valueEnd)
    if (!path.startsWith(`${name}.`) || (type !== BSON_TYPE.document && type !== BSON_TYPE.array)) continue
    const within = valueAt(bytes, valueStart, path.slice(name.length + 1))
    if (within !== undefined) return within
  }
  return undefined
}

/** A value as a person writes it into a cell; what has no such form as relaxed extended JSON. */
function plainText(bytes: Buffer, type: number, start: number, end: number): string | null {
  switch (type) {
    case BSON_TYPE.null:
      return null
    case BSON_TYPE.string:
      return decodeText(bytes.subarray(start + 4, end - 1), 'utf-8')
    case BSON_TYPE.objectId:
      return bytes.toString('hex', start, end)
    case BSON_TYPE.int64:
      return String(bytes.readBigInt64LE(start))
    case BSON_TYPE.decimal128:
      return decimal128Text(decodeDecimal128(bytes, start))
    default: {
      const text = extendedValue(bytes, type, start, end, { relaxed: true })
      // A date within usual years, and NaN and the infinities, are wrapped: the text within says it all.
      return /^\{"\$(?:date|numberDouble)":"([^"]*)"\}$/.exec(text)?.[1] ?? text
    }
  }
}
