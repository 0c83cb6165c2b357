import { DamagedError } from '../errors/damaged-error.ts'
import type { ObjectReader } from '../ports/object-access.ts'
import type { RecordReader } from '../records/record-reader.ts'
import { equalPrefix, equalRange } from './equal-prefix.ts'
import { type LoadedChunk, type LoadedStep, StepLoader } from './step-loader.ts'
import type { ChunkStep, DiffStep } from './tree-diff.ts'

/** One record that differs. `left` and `right` are its bytes on each side. */
export type RecordDifference =
  | { readonly kind: 'removed'; readonly key: Buffer; readonly left: Buffer }
  | { readonly kind: 'added'; readonly key: Buffer; readonly right: Buffer }
  | { readonly kind: 'changed'; readonly key: Buffer; readonly left: Buffer; readonly right: Buffer }

/** What was found since the batch before. */
export interface RecordDiffBatch {
  /** In key order. `key` is a copy; `left` and `right` are views of chunks, to be used before the next batch is asked for. */
  readonly differences: readonly RecordDifference[]
  /** Records that are equal on both sides; exact when all batches are added up. */
  readonly equalRecords: number
}

export interface RecordDiffSide {
  /** Where the side's chunks are read; not used for a live one. */
  readonly objects: ObjectReader
  /** Not shared with the other side, nor with a splitter. */
  readonly reader: RecordReader
}

export interface RecordDiffOptions {
  readonly left: RecordDiffSide
  readonly right: RecordDiffSide
  /**
   * Whether equal bytes mean equal records: where both sides have the same columns in the same order. Default true;
   * with false every record that both sides hold is yielded as `changed`, to be compared by column.
   */
  readonly compareBytes?: boolean
}

/** Differences in a batch at most: enough to spare the cost of a step per record, few enough to be garbage while young. */
const MAX_BATCH = 128

/**
 * Compares the records of two sides whose chunks `steps` (a `diffTrees`) gives, and yields what differs in key order,
 * about a batch a chunk. Equal stretches are skipped by comparing memory; keys are looked at only around differences.
 * Where the collection has no key, the ordinal at the end of a difference's key is not exact; count differences of
 * equal hash instead. Closes `steps` at its end or when the loop is left. Memory: 8 MiB of chunks, or two records
 * where they are larger.
 */
export async function* diffRecords(
  steps: AsyncIterable<DiffStep>,
  options: RecordDiffOptions,
): AsyncGenerator<RecordDiffBatch, void, undefined> {
  const loader = new StepLoader(steps, options.left.objects, options.right.objects)
  const merge = new RecordMerge(options)
  try {
    for (;;) {
      while (!merge.compare()) yield merge.take()
      if (merge.hasNews) yield merge.take()
      for (const bytes of merge.takeReleased()) loader.release(bytes)
      const step = await loader.next()
      while (!merge.drain(step)) yield merge.take()
      if (merge.hasNews) yield merge.take()
      if (step === undefined) return
      merge.accept(step)
    }
  } finally {
    await loader.close()
  }
}

/** The reading of one side: a chunk, and the record in it that is compared next. */
class SideReading {
  readonly reader: RecordReader
  bytes: Buffer = Buffer.alloc(0)
  position = 0
  step: LoadedChunk | undefined
  differences = 0
  #end = -1
  #keyLength = -1

  constructor(reader: RecordReader) {
    this.reader = reader
  }

  begin(step: LoadedChunk): void {
    this.step = step
    this.bytes = step.bytes
    this.differences = 0
    this.moveTo(0)
    this.reader.begin(step.entry.firstKey)
  }

  get isDone(): boolean {
    return this.position >= this.bytes.length
  }

  /** End of the current record. */
  get end(): number {
    if (this.#end < 0) this.#end = this.endOf(this.position)
    return this.#end
  }

  endOf(start: number): number {
    const end = this.reader.end(this.bytes, start, this.bytes.length)
    if (end < 0) this.fail('ends within a record')
    return end
  }

  /** Length of the current record's key, which then lies in `reader.keyBytes`. */
  get keyLength(): number {
    if (this.#keyLength < 0) this.#keyLength = this.reader.key(this.bytes, this.position, this.end)
    return this.#keyLength
  }

  moveTo(position: number): void {
    this.position = position
    this.#end = -1
    this.#keyLength = -1
  }

  /** Takes the current record as a difference and moves past it. */
  takeRecord(): Buffer {
    const { end } = this
    const record = this.bytes.subarray(this.position, end)
    this.differences += 1
    this.moveTo(end)
    return record
  }

  copyKey(): Buffer {
    const length = this.keyLength
    return Buffer.from(this.reader.keyBytes.subarray(0, length))
  }

  fail(what: string): never {
    const id = (this.step as ChunkStep).entry.id
    throw new DamagedError(`chunk ${id} ${what}`, {
      hint: 'Run `dbsnap check` to see which snapshots are affected.',
      data: { object: id },
    })
  }
}

/** The comparison itself, synchronous; `diffRecords` feeds it. */
class RecordMerge {
  readonly #left: SideReading
  readonly #right: SideReading
  readonly #compareBytes: boolean
  /** Chunks that were let go of. */
  #released: LoadedChunk[] = []
  #differences: RecordDifference[] = []
  #equalRecords = 0

  constructor(options: RecordDiffOptions) {
    this.#left = new SideReading(options.left.reader)
    this.#right = new SideReading(options.right.reader)
    this.#compareBytes = options.compareBytes ?? true
  }

  get hasNews(): boolean {
    return this.#differences.length > 0 || this.#equalRecords > 0
  }

  take(): RecordDiffBatch {
    const batch = { differences: this.#differences, equalRecords: this.#equalRecords }
    this.#differences = []
    this.#equalRecords = 0
    return batch
  }

  /** Chunks let go of since the last call; to be asked for when the batches that show them are used up. */
  takeReleased(): LoadedChunk[] {
    const released = this.#released
    this.#released = []
    return released
  }

  /** Compares until one side's chunk is done; false where the batch is full before that. */
  compare(): boolean {
    const [left, right] = [this.#left, this.#right]
    let isLikelyEqual = this.#compareBytes
    while (!left.isDone && !right.isDone) {
      if (this.#isFull) return false
      if (isLikelyEqual && this.#skipEqual()) {
        isLikelyEqual = false
      } else if (this.#compareBytes && this.#isEqualRecord()) {
        left.moveTo(left.end)
        right.moveTo(right.end)
        isLikelyEqual = true
      } else {
        isLikelyEqual = false
        this.#differ()
      }
    }
    this.#finishDone()
    return true
  }

  /**
   * Prepares for `step`, which begins after all that is left of the other side's chunk: of a side that is done, the
   * next chunk begins no earlier. False where the batch is full before that.
   */
  drain(step: LoadedStep | undefined): boolean {
    for (const side of ['left', 'right'] as const) {
      if (step !== undefined && step.side !== 'both' && step.side !== side) continue
      if (!this.#drainSide(side)) return false
    }
    this.#finishDone()
    return true
  }

  /** Takes the next step; its side's chunk is done. */
  accept(step: LoadedStep): void {
    if (step.side === 'both') this.#equalRecords += step.entry.records
    else this.#of(step.side).begin(step)
  }

  get #isFull(): boolean {
    return this.#differences.length >= MAX_BATCH
  }

  #of(side: ChunkStep['side']): SideReading {
    return side === 'left' ? this.#left : this.#right
  }

  /** What is left of a chunk has no counterpart. */
  #drainSide(name: ChunkStep['side']): boolean {
    const side = this.#of(name)
    while (!side.isDone) {
      if (this.#isFull) return false
      const key = side.copyKey()
      this.#differences.push(
        name === 'left'
          ? { kind: 'removed', key, left: side.takeRecord() }
          : { kind: 'added', key, right: side.takeRecord() },
      )
    }
    return true
  }

  /** Lets go of chunks that are done, and counts what was equal in them. */
  #finishDone(): void {
    for (const side of [this.#left, this.#right]) {
      if (side.step === undefined || !side.isDone) continue
      const { step } = side
      const { entry } = step
      const equal = entry.records - side.differences
      if (equal < 0) side.fail('holds more records than its tree says')
      if (side === this.#left) this.#equalRecords += equal
      side.step = undefined
      side.bytes = NOTHING
      side.moveTo(0)
      this.#released.push(step)
    }
  }

  /** Skips equal bytes up to the beginning of a record. Both sides stand at records of equal place, so their records end alike. */
  #skipEqual(): boolean {
    const [left, right] = [this.#left, this.#right]
    const from = left.position
    const length = Math.min(left.bytes.length - from, right.bytes.length - right.position)
    const stop = from + equalPrefix(left.bytes, from, right.bytes, right.position, length)
    let start = from
    if (stop === from + length) start = stop
    else for (let end = left.endOf(start); end <= stop; end = left.endOf(start)) start = end
    if (start === from) return false
    right.moveTo(right.position + start - from)
    left.moveTo(start)
    return true
  }

  #isEqualRecord(): boolean {
    const [left, right] = [this.#left, this.#right]
    const size = left.end - left.position
    return (
      size === right.end - right.position && equalRange(left.bytes, left.position, right.bytes, right.position, size)
    )
  }

  #differ(): void {
    const [left, right] = [this.#left, this.#right]
    const leftLength = left.keyLength
    const rightLength = right.keyLength
    const order = left.reader.keyBytes.compare(right.reader.keyBytes, 0, rightLength, 0, leftLength)
    const key = order > 0 ? right.copyKey() : left.copyKey()
    if (order < 0) this.#differences.push({ kind: 'removed', key, left: left.takeRecord() })
    else if (order > 0) this.#differences.push({ kind: 'added', key, right: right.takeRecord() })
    else this.#differences.push({ kind: 'changed', key, left: left.takeRecord(), right: right.takeRecord() })
  }
}

const NOTHING = Buffer.alloc(0)
