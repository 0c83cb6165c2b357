import { decodeField, malformedRecord } from '../records/copy-text-fields.ts'
import { plainDecoding } from '../records/decode-text.ts'
import { showValue } from '../records/show-value.ts'
import type { CollectionLayout, Column } from '../values/collection.ts'
import type { RecordWriter } from './record-writer.ts'
import type { TextSink } from './text-sink.ts'
import type { TextStyle } from './text-style.ts'

const TAB = 0x09
const NEWLINE = 0x0a
const BACKSLASH = 0x5c
const UPPER_N = 0x4e

/**
 * Writes records of COPY text in a style, from bytes to bytes: a string per value made an export of 2 GB ten times as
 * slow, and V8's new generation grow to 134 MB. Only numbers, booleans, and texts in another encoding are decoded.
 */
export class RecordTextWriter implements RecordWriter {
  readonly #layout: CollectionLayout
  readonly #style: TextStyle
  #isUtf8 = false

  constructor(layout: CollectionLayout, style: TextStyle) {
    this.#layout = layout
    this.#style = style
  }

  /** Must be called before the first record of each buffer. */
  begin(bytes: Buffer): void {
    this.#isUtf8 = plainDecoding(bytes, this.#layout.encoding) !== undefined
  }

  /** Appends the record `bytes[start, end)`. Fails with `DamagedError` where it has other fields than its layout. */
  write(bytes: Buffer, start: number, end: number, out: TextSink): void {
    const { columns } = this.#layout
    const { before, after } = this.#style
    const last = end - 1
    let at = start
    for (let i = 0; i < columns.length; i++) {
      const prefix = before[i] as Buffer
      out.append(prefix, 0, prefix.length)
      at = this.#field(bytes, at, columns[i] as Column, out)
      if (bytes[at] !== (i + 1 < columns.length ? TAB : NEWLINE)) throw malformedRecord(this.#layout)
      at++
    }
    if (columns.length === 0) at++
    if (at !== end || bytes[last] !== NEWLINE) throw malformedRecord(this.#layout)
    out.append(after, 0, after.length)
  }

  /** Appends the field that begins at `start`, and returns where it ends. */
  #field(bytes: Buffer, start: number, column: Column, out: TextSink): number {
    const { plain, none, quote } = this.#style
    let end = start
    let isPlain = true
    for (; end < bytes.length; end++) {
      const byte = bytes[end] as number
      if (plain[byte] === 1) continue
      if (byte === TAB || byte === NEWLINE) break
      isPlain = false
    }
    if (end - start === 2 && bytes[start] === BACKSLASH && bytes[start + 1] === UPPER_N) {
      out.append(none, 0, none.length)
    } else if (column.shape !== 'string' || !this.#isUtf8) {
      const value = decodeField(bytes.subarray(start, end))
      this.#style.shown(showValue(value, column, this.#layout.encoding), out)
    } else if (isPlain && end > start) {
      out.append(quote, 0, quote.length)
      out.append(bytes, start, end)
      out.append(quote, 0, quote.length)
    } else {
      this.#style.escaped(bytes, start, end, out)
    }
    return end
  }
}
