import { KeyBuffer } from '../key-encoding.ts'
import type { RecordReader } from '../record-reader.ts'
import { BsonElements, notBson } from './bson-elements.ts'
import { endOfDocument } from './bson-framing.ts'
import { encodeBsonKey } from './bson-key.ts'

/** Reads BSON documents, whose key is their `_id`. The server puts it first, so that no more of a document is looked at. */
export class BsonReader implements RecordReader {
  readonly #buffer = new KeyBuffer()
  readonly #elements = new BsonElements()

  get keyBytes(): Buffer {
    return this.#buffer.bytes
  }

  begin(): void {}

  end(bytes: Buffer, start: number, limit: number): number {
    return endOfDocument(bytes, start, limit)
  }

  key(bytes: Buffer, start: number, end: number): number {
    const elements = this.#elements
    elements.open(bytes, start, end)
    while (elements.next()) {
      if (!isId(bytes, elements.nameStart, elements.nameEnd)) continue
      this.#buffer.length = 0
      encodeBsonKey(this.#buffer, bytes, elements.type, elements.valueStart, elements.valueEnd)
      return this.#buffer.length
    }
    throw notBson()
  }
}

function isId(bytes: Buffer, start: number, end: number): boolean {
  return end - start === 3 && bytes[start] === 0x5f && bytes[start + 1] === 0x69 && bytes[start + 2] === 0x64
}
