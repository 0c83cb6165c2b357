import { freeBacking } from '../values/free-buffer.ts'
import type { ChunkEntry } from './chunk-entry.ts'
import type { DiffSide } from './diff-side.ts'
import { CHUNK_LEVEL } from './tree-cursor.ts'

/** A chunk as it comes from splitting a live collection. Its entry's id is what the chunk would be stored under. */
export interface LiveChunk {
  readonly entry: ChunkEntry
  /** The records' bytes; the receiver's own, with the memory behind them. */
  readonly plaintext: Buffer
}

/** A live collection as a side of a diff: a stream of chunks in key order, read once, of which one is held. */
export class LiveChunks implements DiffSide {
  readonly #chunks: AsyncIterator<LiveChunk>
  #entry: ChunkEntry | undefined
  /** Until it is given away. */
  #plaintext: Buffer | undefined
  readonly level = CHUNK_LEVEL

  constructor(chunks: AsyncIterable<LiveChunk>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  get entry(): ChunkEntry | undefined {
    return this.#entry
  }

  takePlaintext(): Buffer | undefined {
    const plaintext = this.#plaintext
    this.#plaintext = undefined
    return plaintext
  }

  isOpen(): boolean {
    return false
  }

  async open(): Promise<void> {
    await this.skip()
  }

  prefetch(): void {}

  async descend(): Promise<void> {}

  async skip(): Promise<void> {
    if (this.#plaintext !== undefined) freeBacking(this.#plaintext)
    const next = await this.#chunks.next()
    this.#entry = next.done === true ? undefined : next.value.entry
    this.#plaintext = next.done === true ? undefined : next.value.plaintext
  }

  async close(): Promise<void> {
    this.#entry = undefined
    await this.#chunks.return?.()
  }
}
