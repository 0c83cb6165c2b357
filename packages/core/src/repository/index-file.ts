import type { KeyObject } from 'node:crypto'
import { deriveFileKey } from '../encryption/repository-keys.ts'
import { offsetNonce, TAG_BYTES, unseal } from '../encryption/sealing.ts'
import { partAssociatedData } from '../format/associated-data.ts'
import { damaged, FILE_HEADER_BYTES, requireFileHeader } from '../format/format-version.ts'
import {
  BLOCK_ENTRIES,
  BLOCK_PREFIX_BYTES,
  decodeIndexEntry,
  decodeIndexFooter,
  decodeIndexTrailer,
  findInBlock,
  INDEX_ENTRY_BYTES,
  INDEX_TRAILER_BYTES,
  type IndexedPack,
  type IndexFooter,
  indexFooterOffset,
  SEALED_BLOCK_BYTES,
} from '../format/index-codec.ts'
import { freeBuffer } from '../values/free-buffer.ts'
import { OBJECT_ID_BYTES } from '../values/object-id.ts'
import type { BoundedCache } from './bounded-cache.ts'
import { IdFilter } from './id-filter.ts'
import type { ObjectCopy } from './object-copy.ts'
import type { RepositoryContext } from './repository-context.ts'
import { indexFile } from './repository-files.ts'

/** Bytes read from the end of an index file to get its footer: enough for 64 packs and 65 536 entries. */
const TAIL_BYTES = 16 * 1024

/**
 * Lookups that find nothing before a filter is made of all ids: a writer asks every file for every new object, so that beside 400
 * files (20 million objects) one question was 400 blocks to read, 30 ms. To make the filter reads the file once, 2 MB.
 */
const MISSES_BEFORE_FILTER = 32

/** Blocks read at once where all are. */
const BLOCKS_AT_ONCE = 256

/** One index file, searched in place: only its packs and 8 bytes per 4 KiB block are in memory. */
export class IndexFile {
  readonly id: string
  readonly packs: readonly IndexedPack[]
  readonly entries: number
  readonly #context: RepositoryContext
  readonly #key: KeyObject
  readonly #prefixes: Buffer
  readonly #blocks: BoundedCache<Buffer>
  #misses = 0
  #filter: IdFilter | undefined

  private constructor(
    context: RepositoryContext,
    id: string,
    key: KeyObject,
    footer: IndexFooter,
    blocks: BoundedCache<Buffer>,
  ) {
    this.id = id
    this.packs = footer.packs
    this.entries = footer.entries
    this.#context = context
    this.#key = key
    this.#prefixes = footer.blockPrefixes
    this.#blocks = blocks
  }

  /** Reads header and footer. `blocks` is the cache shared by all index files. Throws `DamagedError`, `NewerFormatError`. */
  static async open(
    context: RepositoryContext,
    id: string,
    size: number,
    blocks: BoundedCache<Buffer>,
  ): Promise<IndexFile> {
    const name = indexFile(id)
    if (size < FILE_HEADER_BYTES + TAG_BYTES + INDEX_TRAILER_BYTES) throw damaged(`${name} is damaged: it is cut`)
    const tailAt = size <= TAIL_BYTES ? 0 : size - TAIL_BYTES
    let tail = await context.store.get(name, { range: { offset: tailAt, length: size - tailAt } })
    let header = tail
    if (tailAt > 0) header = await context.store.get(name, { range: { offset: 0, length: FILE_HEADER_BYTES } })
    requireFileHeader(header, 'DBSI', name)
    const footerBytes = decodeIndexTrailer(tail.subarray(tail.length - INDEX_TRAILER_BYTES), name)
    const footerAt = size - INDEX_TRAILER_BYTES - footerBytes
    if (footerAt < FILE_HEADER_BYTES) throw damaged(`${name} is damaged: its footer does not fit its size`)
    if (footerAt < tailAt)
      tail = await context.store.get(name, { range: { offset: footerAt, length: size - footerAt } })
    const sealed = tail.subarray(tail.length - INDEX_TRAILER_BYTES - footerBytes, tail.length - INDEX_TRAILER_BYTES)
    const key = deriveFileKey(context.keys.index, Buffer.from(id, 'hex'), 'index file')
    const associated = partAssociatedData(context.repositoryId, 'footer')
    const footer = decodeIndexFooter(unseal(key, offsetNonce(footerAt), associated, sealed, name), name)
    if (indexFooterOffset(footer.entries) !== footerAt)
      throw damaged(`${name} is damaged: its blocks do not fit its size`)
    return new IndexFile(context, id, key, footer, blocks)
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
   * which all blocks of all files have no room, and many with each request. Fails with `DamagedError` at the first damaged block.
   */
  async *blocks(): AsyncGenerator<Buffer> {
    for (let first = 0; first < this.blockCount; first += BLOCKS_AT_ONCE) {
      const end = Math.min(first + BLOCKS_AT_ONCE, this.blockCount)
      const sealed = await this.#sealedBlocks(first, end)
      for (let number = first; number < end; number++) {
        const from = (number - first) * SEALED_BLOCK_BYTES
        const block = this.#unsealBlock(number, sealed.subarray(from, from + SEALED_BLOCK_BYTES))
        yield block
        freeBuffer(block)
      }
      freeBuffer(sealed)
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
    const cacheKey = `${this.id}/${number}`
    const known = this.#blocks.get(cacheKey)
    if (known !== undefined) return known
    const sealed = await this.#sealedBlocks(number, number + 1)
    const block = this.#unsealBlock(number, sealed)
    this.#blocks.set(cacheKey, block, block.length)
    return block
  }

  async #readFilter(): Promise<IdFilter> {
    const filter = new IdFilter(this.entries)
    for await (const block of this.blocks()) {
      for (let at = 0; at < block.length; at += INDEX_ENTRY_BYTES) filter.add(block, at)
    }
    return filter
  }

  #sealedBlocks(first: number, end: number): Promise<Buffer> {
    const offset = FILE_HEADER_BYTES + first * SEALED_BLOCK_BYTES
    const entries = Math.min((end - first) * BLOCK_ENTRIES, this.entries - first * BLOCK_ENTRIES)
    const length = entries * INDEX_ENTRY_BYTES + (end - first) * TAG_BYTES
    return this.#context.store.get(indexFile(this.id), { range: { offset, length } })
  }

  #unsealBlock(number: number, sealed: Buffer): Buffer {
    const offset = FILE_HEADER_BYTES + number * SEALED_BLOCK_BYTES
    const associated = partAssociatedData(this.#context.repositoryId, 'block')
    return unseal(this.#key, offsetNonce(offset), associated, sealed, indexFile(this.id))
  }
}
