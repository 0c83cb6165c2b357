import type { CollectionLayout, TextKeyOrder } from '../values/collection.ts'
import { endOfLine } from './end-of-line.ts'
import { encodeKeyPart, encodeNullKeyPart, KeyBuffer } from './key-encoding.ts'
import type { RecordReader } from './record-reader.ts'
import { unescapeCopyText } from './unescape-copy-text.ts'

const TAB = 0x09
const BACKSLASH = 0x5c
const UPPER_N = 0x4e

/** `bson` is the order of documents alone. */
interface TextKeyColumn {
  readonly column: number
  readonly order: TextKeyOrder
}

/** Reads records in COPY text of a collection that has a key. A newline inside a value is escaped, so a newline ends a record. */
export class CopyTextReader implements RecordReader {
  readonly #key: readonly TextKeyColumn[]
  /** Start of each field up to the last one that the key needs, and one more for its end. */
  readonly #starts: Int32Array
  readonly #buffer = new KeyBuffer()
  #unescaped = Buffer.allocUnsafe(256)

  constructor(layout: CollectionLayout) {
    this.#key = layout.key as readonly TextKeyColumn[]
    this.#starts = new Int32Array(Math.max(...layout.key.map((part) => part.column)) + 2)
  }

  get keyBytes(): Buffer {
    return this.#buffer.bytes
  }

  begin(): void {}

  end(bytes: Buffer, start: number, limit: number, searched = start): number {
    return endOfLine(bytes, searched, limit)
  }

  key(bytes: Buffer, start: number, end: number): number {
    const starts = this.#starts
    starts[0] = start
    const needed = starts.length - 1
    let found = 1
    for (let i = start; found <= needed; i++) {
      const byte = bytes[i]
      if (byte === TAB || i >= end - 1) starts[found++] = i + 1
    }
    const buffer = this.#buffer
    buffer.length = 0
    for (const part of this.#key) {
      this.#part(part, bytes, starts[part.column] as number, (starts[part.column + 1] as number) - 1)
    }
    return buffer.length
  }

  #part(part: TextKeyColumn, bytes: Buffer, start: number, end: number): void {
    // A source's own key has no NULL, but another side's key may have been imposed on these records.
    if (end - start === 2 && bytes[start] === BACKSLASH && bytes[start + 1] === UPPER_N)
      return encodeNullKeyPart(this.#buffer)
    if (part.order !== 'text') return encodeKeyPart(this.#buffer, part.order, bytes, start, end)
    if (!hasBackslash(bytes, start, end)) return encodeKeyPart(this.#buffer, 'text', bytes, start, end)
    if (this.#unescaped.length < end - start) this.#unescaped = Buffer.allocUnsafe(2 * (end - start))
    const length = unescapeCopyText(bytes, start, end, this.#unescaped)
    encodeKeyPart(this.#buffer, 'text', this.#unescaped, 0, length)
  }
}

/** A loop, because `indexOf` has no end and would search the whole buffer for every record. */
function hasBackslash(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === BACKSLASH) return true
  return false
}
