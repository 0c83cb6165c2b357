import { damaged } from '../format/format-version.ts'
import {
  BLOCK_PREFIX_BYTES,
  decodeIndexEntry,
  findInBlock,
  INDEX_ENTRY_BYTES,
  type IndexedPack,
  type IndexFooter,
} from '../format/index-codec.ts'
import { freeBuffer } from '../values/free-buffer.ts'
import { OBJECT_ID_BYTES } from '../values/object-id.ts'
import { IdFilter } from './id-filter.ts'
import type { IndexBlockCache } from './index-block-cache.ts'
import { IndexFileParts } from './index-file-parts.ts'
import type { ObjectCopy } from './object-copy.ts'
import type { RepositoryContext } from './repository-context.ts'
import { indexFile } from './repository-files.ts'

/** Requests, two of them for header and footer, before all blocks are fetched by one, 2 MB: as ids are random, others will be wanted. */
const FETCHES_BEFORE_ALL = 5

/**
 * Lookups that find nothing before a filter is made of all ids: a writer asks every file for every new object, so that beside 400
 * files (20 million objects) one question was 400 blocks to read, 30 ms. To make the filter reads the file once, 2 MB.
 */
const MISSES_BEFORE_FILTER = 32

/** Blocks read at once where all are: 1 MiB. */
const BLOCKS_AT_ONCE = 256

/** One index file, searched in place: only its packs and 8 bytes per 4 KiB block are in memory. */
export class IndexFile {
  readonly id: string
  readonly packs: readonly IndexedPack[]
  readonly entries: number
  readonly #parts: IndexFileParts
  readonly #prefixes: Buffer
  readonly #cache: IndexBlockCache
  #fetchingAll: Promise<void> | undefined
  #misses = 0
  #filter: IdFilter | undefined

  private constructor(id: string, parts: IndexFileParts, footer: IndexFooter, cache: IndexBlockCache) {
    this.id = id
    this.packs = footer.packs
    this.entries = footer.entries
    this.#parts = parts
    this.#prefixes = footer.blockPrefixes
    this.#cache = cache
  }

  /**
   * Reads header and footer, and a small file whole. `cache` is shared by all index files. Throws `DamagedError`,
   * `NewerFormatError`.
   */
  static async open(context: RepositoryContext, id: string, size: number, cache: IndexBlockCache): Promise<IndexFile> {
    const parts = new IndexFileParts(context, id, size)
    const { footer, blocks } = await parts.open()
    const file = new IndexFile(id, parts, footer, cache)
    file.#remember(blocks)
    return file
  }

  get blockCount(): number {
    return this.#prefixes.length / BLOCK_PREFIX_BYTES
  }

  /** False: it lists no copy of the object. Reads nothing. */
  mayHold(id: Buffer): boolean {
    return this.#filter === undefined || this.#filter.mayHold(id)
  }

  /** Every copy of the object that this file lists. */
  async find(id: Buffer): Promise<ObjectCopy[]> {
    const copies: ObjectCopy[] = []
    for (
      let number = this.#firstBlock(id);
      number < this.blockCount && this.#comparePrefix(number, id) <= 0;
      number++
    ) {
      const block = await this.#block(number)
      for (let at = findInBlock(block, id); at < block.length; at += INDEX_ENTRY_BYTES) {
        if (block.compare(id, 0, OBJECT_ID_BYTES, at, at + OBJECT_ID_BYTES) !== 0) break
        copies.push(this.copyAt(block, at))
      }
    }
    if (copies.length === 0 && ++this.#misses === MISSES_BEFORE_FILTER) this.#filter = await this.#readFilter()
    return copies
  }

  /** Every copy it lists, sorted by id. Fails with `DamagedError` at the first damaged block. */
  async *copies(): AsyncGenerator<ObjectCopy> {
    for await (const block of this.blocks()) {
      for (let at = 0; at < block.length; at += INDEX_ENTRY_BYTES) yield this.copyAt(block, at)
    }
  }

  /**
   * Its blocks in order, each an array of entries of `INDEX_ENTRY_BYTES` sorted by id, of use until the next one. Past the cache, in
   * which all blocks of all files may have no room, and many with each request. Fails with `DamagedError` at the first damaged block.
   */
  async *blocks(): AsyncGenerator<Buffer> {
    for (let number = 0; number < this.blockCount; ) {
      const known = this.#cache.get(this.id, number)
      if (known !== undefined) {
        yield known
        number++
        continue
      }
      const blocks = await this.#parts.blocks(number, Math.min(number + BLOCKS_AT_ONCE, this.blockCount))
      // None: it is damaged, and fails by itself.
      for (const block of blocks.length > 0 ? blocks : [await this.#parts.block(number)]) {
        yield block
        freeBuffer(block)
        number++
      }
    }
  }

  /** The entry that stands at `at` of one of its blocks. */
  copyAt(block: Buffer, at: number): ObjectCopy {
    const entry = decodeIndexEntry(block, at, indexFile(this.id))
    const pack = this.packs[entry.pack]
    if (pack === undefined) throw damaged(`${indexFile(this.id)} is damaged: an entry names no pack`)
    return { ...entry, pack }
  }

  /** The last block whose first id is surely below `id`, or the first block: entries of `id` may begin in it. */
  #firstBlock(id: Buffer): number {
    let low = 0
    let high = this.blockCount
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#comparePrefix(middle, id) < 0) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }

  #comparePrefix(block: number, id: Buffer): number {
    const at = block * BLOCK_PREFIX_BYTES
    return this.#prefixes.compare(id, 0, BLOCK_PREFIX_BYTES, at, at + BLOCK_PREFIX_BYTES)
  }

  async #block(number: number): Promise<Buffer> {
    const known = this.#cache.get(this.id, number)
    if (known !== undefined) return known
    if (this.#parts.fetches >= FETCHES_BEFORE_ALL && (this.#cache.hasRoomForAll || this.#parts.areKept)) {
      this.#fetchingAll ??= this.#fetchAll()
      await this.#fetchingAll.catch((error: unknown) => {
        this.#fetchingAll = undefined
        throw error
      })
    }
    const block = this.#cache.get(this.id, number) ?? (await this.#parts.block(number))
    this.#cache.set(this.id, number, block)
    return block
  }

  async #fetchAll(): Promise<void> {
    const blocks = await this.#parts.allBlocks()
    if (this.#cache.hasRoomForAll) this.#remember(blocks)
  }

  #remember(blocks: readonly Buffer[]): void {
    for (const [number, block] of blocks.entries()) this.#cache.set(this.id, number, block)
  }

  async #readFilter(): Promise<IdFilter> {
    const filter = new IdFilter(this.entries)
    for await (const block of this.blocks()) {
      for (let at = 0; at < block.length; at += INDEX_ENTRY_BYTES) filter.add(block, at)
    }
    return filter
  }
}
