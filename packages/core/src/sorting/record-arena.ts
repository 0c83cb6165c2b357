import { freeBuffer } from '../values/free-buffer.ts'
import { MAX_SORTED_ENTRIES, sortEntries } from './sort-entries.ts'
import { ENTRY_HEADER_BYTES, entryLength, keyLengthAt, recordLengthAt, writeEntryHead } from './sort-entry.ts'
import type { SortItem } from './sort-item.ts'

/** Bytes. What a small collection is sorted in, so that ten thousand of them do not allocate a full arena each. */
const SMALL_BYTES = 1024 * 1024

/** Bytes beside an entry: its offset, its place in the order, the number that is sorted. */
const INDEX_BYTES = 16

/** A bounded number of records in one piece of memory, without an object for each, which can be read in key order. */
export class RecordArena {
  readonly #capacity: number
  #bytes = Buffer.alloc(0)
  #offsets = new Uint32Array(0)
  #length = 0
  #count = 0

  /** `capacity` in bytes, all that belongs to a record included. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** Copies a record. False, and nothing taken, where there is no room left. */
  add(key: Buffer, record: Buffer): boolean {
    const end = this.#length + entryLength(key.length, record.length)
    if (end + INDEX_BYTES * (this.#count + 1) > this.#capacity || this.#count === MAX_SORTED_ENTRIES) return false
    if (end > this.#bytes.length) this.#grow(end)
    if (this.#count === this.#offsets.length) this.#growOffsets()
    this.#offsets[this.#count++] = this.#length
    record.copy(this.#bytes, writeEntryHead(this.#bytes, this.#length, key, record.length))
    this.#length = end
    return true
  }

  /** The entries in key order: where each begins and ends in `bytes`. Equal keys come in the order of `add`. */
  *sorted(): Generator<{ readonly bytes: Buffer; readonly start: number; readonly end: number }> {
    const order = new Uint32Array(this.#count)
    for (let i = 0; i < order.length; i++) order[i] = i
    sortEntries(this.#bytes, this.#offsets, order, new Float64Array(this.#count))
    for (const entry of order) {
      const start = this.#offsets[entry] as number
      const end = start + entryLength(keyLengthAt(this.#bytes, start), recordLengthAt(this.#bytes, start))
      yield { bytes: this.#bytes, start, end }
    }
  }

  /** Forgets all records and keeps the memory. */
  clear(): void {
    this.#length = 0
    this.#count = 0
  }

  /** Lets go of the memory; the arena is empty and may be used again. */
  free(): void {
    this.clear()
    freeBuffer(this.#bytes)
    this.#bytes = Buffer.alloc(0)
    this.#offsets = new Uint32Array(0)
  }

  #grow(needed: number): void {
    const size = needed <= SMALL_BYTES ? Math.min(SMALL_BYTES, this.#capacity) : this.#capacity
    const bytes = Buffer.allocUnsafeSlow(size)
    this.#bytes.copy(bytes, 0, 0, this.#length)
    freeBuffer(this.#bytes)
    this.#bytes = bytes
  }

  #growOffsets(): void {
    const offsets = new Uint32Array(Math.max(1024, 2 * this.#offsets.length))
    offsets.set(this.#offsets)
    this.#offsets = offsets
  }
}

/** The record of an entry and its key, as views of `bytes`. */
export function itemAt(bytes: Buffer, start: number, end: number): SortItem {
  const keyStart = start + ENTRY_HEADER_BYTES
  const keyEnd = keyStart + keyLengthAt(bytes, start)
  return { key: bytes.subarray(keyStart, keyEnd), record: bytes.subarray(keyEnd, end) }
}
