import { throwIfInterrupted } from '../errors/throw-if-interrupted.ts'
import type { Randomness } from '../ports/system.ts'
import { freeBacking } from '../values/free-buffer.ts'
import { mergeRuns } from './merge-runs.ts'
import { itemAt, RecordArena } from './record-arena.ts'
import type { SortItem } from './sort-item.ts'
import { RunWriter, type SortedRun } from './sorted-run.ts'
import { SpillFile } from './spill-file.ts'

export interface SortOptions {
  /** Gives the key of the temporary file. */
  readonly randomness: Randomness
  /** Where a private folder for the temporary file is made. */
  readonly folder: string
  /** Bytes sorted at a time in memory. Default 16 MiB. */
  readonly memoryBytes?: number
  /** Whether the temporary file is compressed. Default true. */
  readonly compress?: boolean
  readonly signal?: AbortSignal
}

const MEMORY_BYTES = 16 * 1024 * 1024
/** Runs merged at a time: one block of 128 KiB each, 12 MiB in all. More runs are merged in several passes. */
const MERGED_AT_ONCE = 96
/** Bytes of the records in one batch, about. */
const BATCH_BYTES = 64 * 1024

/**
 * Sorts records by their keys, bytes compared, outside memory: runs of `memoryBytes` are sorted and written, encrypted,
 * to a temporary file, then merged. Equal keys keep their order. What fits in memory never touches the disk. A record
 * larger than the memory is a run of its own. Views in a batch are valid until the next one is asked for.
 * Fails with `StoreFullError` or `StoreFailedError` where the temporary folder cannot be written.
 */
export async function* sortRecords(
  input: AsyncIterable<readonly SortItem[]>,
  options: SortOptions,
): AsyncGenerator<SortItem[], void, undefined> {
  const sort = new ExternalSort(options)
  try {
    for await (const items of input) {
      throwIfInterrupted(options.signal, 'sorting')
      for (const item of items) if (!sort.offer(item)) await sort.spillAnd(item)
    }
    for await (const batch of batches(await sort.sorted())) {
      throwIfInterrupted(options.signal, 'sorting')
      yield batch
      sort.freeRetired()
    }
  } finally {
    await sort.close()
  }
}

class ExternalSort {
  readonly #options: SortOptions
  readonly #arena: RecordArena
  #file: SpillFile | undefined
  #runs: SortedRun[] = []
  /** Blocks of runs that the batch under way has views of. */
  #retired: Buffer[] = []

  constructor(options: SortOptions) {
    this.#options = options
    this.#arena = new RecordArena(options.memoryBytes ?? MEMORY_BYTES)
  }

  /** Takes a record into memory; false where there is no room. */
  offer({ key, record }: SortItem): boolean {
    return this.#arena.add(key, record)
  }

  /** Writes what is in memory as a run, then takes the record. */
  async spillAnd(item: SortItem): Promise<void> {
    await this.#spill()
    if (this.offer(item)) return
    const run = new RunWriter(await this.#open())
    await run.add(item)
    this.#runs.push(await run.finish())
  }

  /** All records in order. */
  async sorted(): Promise<AsyncIterable<SortItem> | Iterable<SortItem>> {
    if (this.#runs.length === 0) return this.#inMemory()
    await this.#spill()
    this.#arena.free()
    const file = await this.#open()
    while (this.#runs.length > MERGED_AT_ONCE) {
      // Neighbours are merged into their place, so that equal keys keep their order.
      const merged: SortedRun[] = []
      for (let at = 0; at < this.#runs.length; at += MERGED_AT_ONCE) {
        const writer = new RunWriter(file)
        const runs = this.#runs.slice(at, at + MERGED_AT_ONCE)
        for await (const item of mergeRuns(file, runs, freeBacking)) await writer.add(item)
        merged.push(await writer.finish())
      }
      this.#runs = merged
    }
    return mergeRuns(file, this.#runs, (block) => this.#retired.push(block))
  }

  /** Gives back what only batches before had views of. */
  freeRetired(): void {
    for (const block of this.#retired) freeBacking(block)
    this.#retired = []
  }

  async close(): Promise<void> {
    this.#arena.free()
    await this.#file?.close()
  }

  *#inMemory(): Generator<SortItem, void, undefined> {
    for (const { bytes, start, end } of this.#arena.sorted()) yield itemAt(bytes, start, end)
  }

  async #spill(): Promise<void> {
    if (this.#arena.isEmpty) return
    const run = new RunWriter(await this.#open())
    for (const item of this.#inMemory()) await run.add(item)
    this.#runs.push(await run.finish())
    this.#arena.clear()
  }

  async #open(): Promise<SpillFile> {
    const { folder, randomness, compress = true } = this.#options
    this.#file ??= await SpillFile.create({ folder, randomness, compress })
    return this.#file
  }
}

async function* batches(
  items: AsyncIterable<SortItem> | Iterable<SortItem>,
): AsyncGenerator<SortItem[], void, undefined> {
  let batch: SortItem[] = []
  let bytes = 0
  for await (const item of items) {
    batch.push(item)
    bytes += item.record.length
    if (bytes < BATCH_BYTES) continue
    yield batch
    batch = []
    bytes = 0
  }
  if (batch.length > 0) yield batch
}
