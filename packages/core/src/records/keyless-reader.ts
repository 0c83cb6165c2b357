import { hash } from 'node:crypto'
import type { RecordReader } from './record-reader.ts'

/** First bytes of SHA-256 that order the records of a collection without key: 2^64 different records before two are likely to meet. */
export const KEYLESS_HASH_BYTES = 16
const KEY_BYTES = KEYLESS_HASH_BYTES + 4

/** The hash by which a record without key is ordered. */
export function keylessHash(record: Uint8Array): Buffer {
  return hash('sha256', record, 'buffer').subarray(0, KEYLESS_HASH_BYTES)
}

/** `RecordReader.end` of a format. */
export type EndOfRecord = RecordReader['end']

/**
 * Reads records of a collection without key. Their key is the hash of the whole record and, since equal records are
 * told apart by counting, their ordinal among equal ones: so every key is unique, and one record more or less is one
 * key more or less at the end of its run.
 */
export class KeylessReader implements RecordReader {
  readonly keyBytes = Buffer.alloc(KEY_BYTES)
  readonly end: EndOfRecord
  #ordinal = -1

  constructor(end: EndOfRecord) {
    this.end = end
  }

  begin(firstKey?: Buffer): void {
    this.#ordinal = -1
    if (firstKey === undefined) return
    firstKey.copy(this.keyBytes)
    this.#ordinal = firstKey.readUInt32BE(KEYLESS_HASH_BYTES) - 1
  }

  key(bytes: Buffer, start: number, end: number): number {
    const digest = keylessHash(bytes.subarray(start, end))
    const same = this.keyBytes.compare(digest, 0, KEYLESS_HASH_BYTES, 0, KEYLESS_HASH_BYTES) === 0
    this.#ordinal = same ? this.#ordinal + 1 : 0
    digest.copy(this.keyBytes)
    this.keyBytes.writeUInt32BE(this.#ordinal, KEYLESS_HASH_BYTES)
    return KEY_BYTES
  }
}
