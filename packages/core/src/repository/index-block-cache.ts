import { BLOCK_ENTRIES, INDEX_ENTRY_BYTES } from '../format/index-codec.ts'
import { BoundedCache } from './bounded-cache.ts'

/** Bytes of index blocks kept in memory: the entries of 1 million objects. Beside more of them filters answer most questions. */
const KEPT_BYTES = 32 * 1024 * 1024

/** Blocks of all index files of a repository that are in memory. */
export class IndexBlockCache {
  readonly #maxBytes: number
  readonly #blocks: BoundedCache<Buffer>
  #entries = 0

  /** `maxBytes`: default 32 MiB. */
  constructor(maxBytes: number = KEPT_BYTES) {
    this.#maxBytes = maxBytes
    this.#blocks = new BoundedCache(maxBytes)
  }

  /** Says that a file of so many entries is there, or, below 0, no longer. */
  expect(entries: number): void {
    this.#entries += entries
  }

  /** Whether all blocks of all files have room. Where they have not, to read a file at once would push out the others. */
  get hasRoomForAll(): boolean {
    return (this.#entries + BLOCK_ENTRIES) * INDEX_ENTRY_BYTES <= this.#maxBytes
  }

  get(file: string, number: number): Buffer | undefined {
    return this.#blocks.get(`${file}/${number}`)
  }

  set(file: string, number: number, block: Buffer): void {
    this.#blocks.set(`${file}/${number}`, block, block.length)
  }
}
