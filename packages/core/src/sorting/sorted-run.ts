import { itemAt } from './record-arena.ts'
import { entryLength, keyLengthAt, recordLengthAt, writeEntryHead } from './sort-entry.ts'
import type { SortItem } from './sort-item.ts'
import type { SpilledBlock, SpillFile } from './spill-file.ts'

/** Bytes of a block, unless one entry is larger. A merge holds one block of each of its runs. */
const BLOCK_BYTES = 128 * 1024

/** Entries in key order that were written to the spill file. */
export type SortedRun = readonly SpilledBlock[]

/** Writes one run, block by block; holds one block. */
export class RunWriter {
  readonly #file: SpillFile
  readonly #places: SpilledBlock[] = []
  #block: Buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  #length = 0

  constructor(file: SpillFile) {
    this.#file = file
  }

  async add({ key, record }: SortItem): Promise<void> {
    const length = entryLength(key.length, record.length)
    if (this.#length > 0 && this.#length + length > BLOCK_BYTES) await this.#flush()
    if (length > this.#block.length) this.#block = Buffer.allocUnsafeSlow(length)
    record.copy(this.#block, writeEntryHead(this.#block, this.#length, key, record.length))
    this.#length += length
  }

  /** Of one entry at least. */
  async finish(): Promise<SortedRun> {
    await this.#flush()
    return this.#places
  }

  async #flush(): Promise<void> {
    this.#places.push(...(await this.#file.append([this.#block.subarray(0, this.#length)])))
    if (this.#block.length > BLOCK_BYTES) this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
    this.#length = 0
  }
}

/** Stands on one entry of a run and moves forward; holds one block. */
export class RunReader {
  readonly #file: SpillFile
  readonly #run: SortedRun
  readonly #retire: (block: Buffer) => void
  #next = 0
  #block: Buffer = Buffer.alloc(0)
  #at = 0
  /** The entry it stands on; undefined at the end. Views of a block, until `retire` was told of it. */
  item: SortItem | undefined

  /** `retire` is given each block that it has left. */
  constructor(file: SpillFile, run: SortedRun, retire: (block: Buffer) => void) {
    this.#file = file
    this.#run = run
    this.#retire = retire
  }

  /** Reads the next block and moves to its first entry, or to the end. Only where `isBuffered` is false, as at first. */
  async advance(): Promise<void> {
    this.#retire(this.#block)
    const place = this.#run[this.#next++]
    if (place === undefined) {
      this.item = undefined
      return
    }
    this.#block = await this.#file.read(place)
    this.#at = 0
    this.step()
  }

  /** Whether the next entry lies in the block at hand, so that `step` is to be called, else `advance`. */
  get isBuffered(): boolean {
    return this.#at < this.#block.length
  }

  /** Moves to the next entry, without waiting. Only where `isBuffered` is true. */
  step(): void {
    const start = this.#at
    const end = start + entryLength(keyLengthAt(this.#block, start), recordLengthAt(this.#block, start))
    this.item = itemAt(this.#block, start, end)
    this.#at = end
  }
}
