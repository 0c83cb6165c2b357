import type { CollectionLayout, Column } from '../values/collection.ts'
import type { Json } from '../values/json.ts'
import { decodeField, malformedRecord } from './copy-text-fields.ts'
import { plainDecoding } from './decode-text.ts'
import { showText, showValue } from './show-value.ts'

const TAB = 0x09
const NEWLINE = 0x0a
const BACKSLASH = 0x5c
const UPPER_N = 0x4e

/**
 * The fields of one record after another, found without an object per field: comparing and showing 5 000 000 changed
 * records otherwise makes more garbage than all else of a diff, and V8's new generation grow to 134 MB.
 */
export class RecordFields {
  readonly #layout: CollectionLayout
  readonly #starts: Int32Array
  readonly #ends: Int32Array
  #record: Buffer = Buffer.alloc(0)
  /** How a text without escapes is decoded; undefined: by its own bytes. */
  #decoding: ReturnType<typeof plainDecoding>

  constructor(layout: CollectionLayout) {
    this.#layout = layout
    this.#starts = new Int32Array(layout.columns.length)
    this.#ends = new Int32Array(layout.columns.length)
  }

  /** Takes the next record. Fails with `DamagedError` where it has other fields than its layout. */
  read(record: Buffer): void {
    const { columns, encoding } = this.#layout
    const end = record.length - 1
    let start = 0
    for (let i = 0; i < columns.length; i++) {
      const tab = i + 1 < columns.length ? record.indexOf(TAB, start) : end
      if (tab < start) throw malformedRecord(this.#layout)
      this.#starts[i] = start
      this.#ends[i] = tab
      start = tab + 1
    }
    const last = columns.length === 0 ? 0 : this.#starts[columns.length - 1]
    const isWhole = record[end] === NEWLINE && (columns.length > 0 || end === 0)
    if (!isWhole || record.indexOf(TAB, last) !== -1) throw malformedRecord(this.#layout)
    this.#record = record
    this.#decoding = plainDecoding(record, encoding)
  }

  /** Whether a field of this record has the very bytes of a field of another. */
  equals(index: number, other: RecordFields, otherIndex: number): boolean {
    const [start, end] = [this.#starts[index] as number, this.#ends[index] as number]
    const [otherStart, otherEnd] = [other.#starts[otherIndex] as number, other.#ends[otherIndex] as number]
    return (
      end - start === otherEnd - otherStart &&
      this.#record.compare(other.#record, otherStart, otherEnd, start, end) === 0
    )
  }

  /** The value of a field, or null for NULL. May be a view of the record. */
  value(index: number): Buffer | null {
    return decodeField(this.#record.subarray(this.#starts[index], this.#ends[index]))
  }

  /** A field as people and programs see it. */
  shown(index: number): Json {
    const [start, end] = [this.#starts[index] as number, this.#ends[index] as number]
    const record = this.#record
    if (end - start === 2 && record[start] === BACKSLASH && record[start + 1] === UPPER_N) return null
    const column = this.#layout.columns[index] as Column
    if (this.#decoding !== undefined) {
      const text = record.toString(this.#decoding === 'ascii' ? 'latin1' : 'utf8', start, end)
      if (!text.includes('\\')) return showText(text, column)
    }
    return showValue(this.value(index), column, this.#layout.encoding)
  }
}
