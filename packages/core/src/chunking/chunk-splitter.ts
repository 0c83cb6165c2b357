import { RecordTooLargeError } from '../errors/record-too-large-error.ts'
import { SourceOrderError } from '../errors/source-order-error.ts'
import type { RecordReader } from '../records/record-reader.ts'
import { allocateLarge, freeBuffer, ownCopy } from '../values/free-buffer.ts'
import { MAX_CHUNK_BYTES, MAX_RECORD_BYTES } from './chunk-limits.ts'
import { hash32 } from './key-hash.ts'

/** A run of consecutive records as it leaves the splitter. */
export interface SplitChunk {
  /** The records' bytes. They and all the memory behind them are the receiver's own. One record above 1 MiB stands alone. */
  readonly bytes: Buffer
  readonly firstKey: Buffer
  readonly lastKey: Buffer
  readonly records: number
  /** Whether it ends where the hash says so: only there may another reading start or join. */
  readonly atBoundary: boolean
}

export interface ChunkSplitterOptions {
  readonly reader: RecordReader
  /** Secret seed of the split hash. */
  readonly seed: number
  /** A chunk ends after a record whose key hash has this many low bits zero. */
  readonly splitBits: number
  /** For messages. */
  readonly collection: string
  /** For messages: the key of a record of which only the beginning is known; empty where it is not in it. */
  readonly leadingKey?: (head: Buffer) => string
}

/**
 * Bytes of the slab in which incoming bytes are searched for records, before each chunk is copied out of it. It begins
 * small: a full one for each of 10 000 tables of two records made the collector work for two thirds of their take.
 */
const SLAB_BYTES = { first: 16 * 1024, usual: 1024 * 1024 } as const

/** By how much the slab grows where one record is larger. */
const SLAB_GROWTH = 1.5

/**
 * Cuts a stream of records into chunks. A chunk ends after a record whose key hash says so, never by content, so an
 * update leaves every boundary where it was. Where a run between two such boundaries would exceed 1 MiB it is also cut
 * by size, counted from that boundary. Verifies that keys ascend and are unique as it goes.
 */
export class ChunkSplitter {
  readonly #reader: RecordReader
  readonly #seed: number
  readonly #mask: number
  readonly #collection: string
  readonly #leadingKey: (head: Buffer) => string
  #slab: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES.first)
  /** Bytes of the slab that are filled, where the open chunk begins, and where the next record begins. */
  #filled = 0
  #chunkStart = 0
  #position = 0
  /** Up to here no end of the record at `#position` was found. */
  #searched = 0
  #records = 0
  #firstKey = Buffer.alloc(0)
  #lastKey = Buffer.allocUnsafe(64)
  #lastKeyLength = -1

  constructor(options: ChunkSplitterOptions) {
    this.#reader = options.reader
    this.#seed = options.seed
    this.#mask = 2 ** options.splitBits - 1
    this.#collection = options.collection
    this.#leadingKey = options.leadingKey ?? (() => '')
    this.#reader.begin()
  }

  /** Takes the next bytes of the stream, cut anywhere, and returns the chunks that they complete. */
  push(bytes: Buffer): SplitChunk[] {
    const chunks: SplitChunk[] = []
    let taken = 0
    while (taken < bytes.length) {
      if (this.#filled === this.#slab.length) this.#makeRoom()
      const room = Math.min(this.#slab.length - this.#filled, bytes.length - taken)
      bytes.copy(this.#slab, this.#filled, taken, taken + room)
      this.#filled += room
      taken += room
      this.#scan(chunks)
    }
    return chunks
  }

  /** Ends the stream, and the splitter: returns the last chunk, if any. Bytes after the last whole record are a `SourceOrderError`. */
  finish(): SplitChunk[] {
    if (this.#position < this.#filled) {
      throw new SourceOrderError(`the source ended in the middle of a record of ${this.#collection}`, {
        hint: 'The snapshot was not published. Take it again; if it happens again, report it.',
        data: { collection: this.#collection },
      })
    }
    const last = this.#records === 0 ? [] : [this.#cut(this.#position, false)]
    freeBuffer(this.#slab)
    return last
  }

  #scan(chunks: SplitChunk[]): void {
    for (;;) {
      const start = this.#position
      const end = this.#reader.end(this.#slab, start, this.#filled, Math.max(start, this.#searched))
      if (end === -1) {
        this.#searched = this.#filled
        if (this.#filled - start > MAX_RECORD_BYTES) this.#refuse()
        return
      }
      const keyLength = this.#reader.key(this.#slab, start, end)
      const keyBytes = this.#reader.keyBytes
      // Cut by size before the record that would make the chunk too large: a large record stands alone.
      if (this.#records > 0 && end - this.#chunkStart > MAX_CHUNK_BYTES) chunks.push(this.#cut(start, false))
      this.#accept(keyBytes, keyLength)
      // Relative: a cut may have moved the record.
      this.#position += end - start
      const boundary = (hash32(this.#seed, keyBytes, 0, keyLength) & this.#mask) === 0
      if (boundary) chunks.push(this.#cut(this.#position, true))
    }
  }

  /** Verifies the order and remembers the key. Neighbours share most of their bytes: one loop is faster than two calls into Node for each record. */
  #accept(keyBytes: Buffer, keyLength: number): void {
    if (this.#lastKey.length < keyLength) this.#growLastKey(2 * keyLength)
    const lastKey = this.#lastKey
    const shared = Math.min(keyLength, this.#lastKeyLength)
    let at = 0
    while (at < shared && keyBytes[at] === lastKey[at]) at++
    const order = at < shared ? (keyBytes[at] as number) - (lastKey[at] as number) : keyLength - this.#lastKeyLength
    if (order <= 0) this.#refuseOrder(order === 0)
    for (; at < keyLength; at++) lastKey[at] = keyBytes[at] as number
    this.#lastKeyLength = keyLength
    if (this.#records === 0) this.#firstKey = Buffer.from(keyBytes.subarray(0, keyLength))
    this.#records++
  }

  #growLastKey(length: number): void {
    const longer = Buffer.allocUnsafe(length)
    longer.set(this.#lastKey)
    this.#lastKey = longer
  }

  #cut(end: number, atBoundary: boolean): SplitChunk {
    const bytes = this.#slab.subarray(this.#chunkStart, end)
    const isLarge = bytes.length > MAX_CHUNK_BYTES
    const chunk: SplitChunk = {
      // A large record takes the slab with it.
      bytes: isLarge ? bytes : ownCopy(bytes),
      firstKey: this.#firstKey,
      lastKey: Buffer.from(this.#lastKey.subarray(0, this.#lastKeyLength)),
      records: this.#records,
      atBoundary,
    }
    this.#chunkStart = end
    this.#records = 0
    if (isLarge) this.#moveTo(Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES.usual, this.#filled - end)))
    return chunk
  }

  /** Moves the open chunk to the beginning of the slab, or of a larger one. */
  #makeRoom(): void {
    const slab = this.#slab
    const open = this.#filled - this.#chunkStart
    if (open <= slab.length / 2 && slab.length >= SLAB_BYTES.usual) return this.#moveTo(slab)
    const doubled = Math.min(2 * slab.length, SLAB_BYTES.usual)
    const length = Math.max(doubled, Math.ceil(open * SLAB_GROWTH))
    this.#moveTo(length > SLAB_BYTES.usual ? allocateLarge(length) : Buffer.allocUnsafeSlow(length))
    freeBuffer(slab)
  }

  #moveTo(slab: Buffer): void {
    this.#slab.copy(slab, 0, this.#chunkStart, this.#filled)
    this.#slab = slab
    this.#position -= this.#chunkStart
    this.#searched -= this.#chunkStart
    this.#filled -= this.#chunkStart
    this.#chunkStart = 0
  }

  #refuse(): never {
    const key = this.#leadingKey(this.#slab.subarray(this.#position, this.#filled))
    const which = key === '' ? '' : ` (${key})`
    throw new RecordTooLargeError(`a record of ${this.#collection}${which} is larger than 256 MiB`, {
      hint: 'Exclude the collection, or make the record smaller.',
      data: { collection: this.#collection, key, limit: MAX_RECORD_BYTES },
    })
  }

  #refuseOrder(twice: boolean): never {
    const what = twice ? 'one key twice' : 'records out of key order'
    throw new SourceOrderError(`the source returned ${what} in ${this.#collection}`, {
      hint: 'The snapshot was not published. An index or a collation of the server may be damaged: try REINDEX.',
      data: { collection: this.#collection },
    })
  }
}
