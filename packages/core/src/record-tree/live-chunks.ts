import type { ChunkEntry } from './chunk-entry.ts'
import type { DiffSide } from './diff-side.ts'
import { CHUNK_LEVEL } from './tree-cursor.ts'

/** A chunk as it comes from splitting a live collection. Its entry's id is what the chunk would be stored under. */
export interface LiveChunk {
  readonly entry: ChunkEntry
  /** The records' bytes; must not change afterwards. */
  readonly plaintext: Buffer
}

/** A live collection as a side of a diff: a stream of chunks in key order, read once, of which one is held. */
export class LiveChunks implements DiffSide {
  readonly #chunks: AsyncIterator<LiveChunk>
  #current: LiveChunk | undefined
  readonly level = CHUNK_LEVEL

  constructor(chunks: AsyncIterable<LiveChunk>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  get entry(): ChunkEntry | undefined {
    return this.#current?.entry
  }

  get plaintext(): Buffer | undefined {
    return this.#current?.plaintext
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
    this.#current = undefined
    const next = await this.#chunks.next()
    this.#current = next.done === true ? undefined : next.value
  }

  async close(): Promise<void> {
    this.#current = undefined
    await this.#chunks.return?.()
  }
}
