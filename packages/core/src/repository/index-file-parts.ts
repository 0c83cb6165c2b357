import type { KeyObject } from 'node:crypto'
import { deriveFileKey } from '../encryption/repository-keys.ts'
import { offsetNonce, TAG_BYTES, tryUnseal, unseal } from '../encryption/sealing.ts'
import { partAssociatedData } from '../format/associated-data.ts'
import { damaged, FILE_HEADER_BYTES, requireFileHeader } from '../format/format-version.ts'
import {
  decodeIndexFooter,
  decodeIndexTrailer,
  INDEX_TRAILER_BYTES,
  type IndexFooter,
  indexFooterOffset,
  SEALED_BLOCK_BYTES,
} from '../format/index-codec.ts'
import { readThrough } from './read-through.ts'
import type { RepositoryContext } from './repository-context.ts'
import { indexFile } from './repository-files.ts'

/** Bytes of an index file up to which it is read whole when it is opened: one request answers all lookups. 7 500 objects. */
const SMALL_FILE_BYTES = 256 * 1024

/** Bytes read from the end of a larger one to get its footer: enough for 64 packs and 65 536 entries. */
const TAIL_BYTES = 16 * 1024

/** Reads and decrypts the parts of one index file, from its copy on this machine where there is one. */
export class IndexFileParts {
  /** Requests to the store so far. */
  fetches = 0
  readonly #context: RepositoryContext
  readonly #name: string
  readonly #size: number
  readonly #key: KeyObject
  #entries = 0

  constructor(context: RepositoryContext, id: string, size: number) {
    this.#context = context
    this.#name = indexFile(id)
    this.#size = size
    this.#key = deriveFileKey(context.keys.index, Buffer.from(id, 'hex'), 'index file')
  }

  /** Whether copies are kept on this machine. */
  get areKept(): boolean {
    return this.#context.localCopies !== undefined
  }

  /** The footer, and of a small file all blocks that are sound. Throws `DamagedError`, `NewerFormatError`. */
  async open(): Promise<{ footer: IndexFooter; blocks: readonly Buffer[] }> {
    const [name, size] = [this.#name, this.#size]
    if (size < FILE_HEADER_BYTES + TAG_BYTES + INDEX_TRAILER_BYTES) throw damaged(`${name} is damaged: it is cut`)
    if (size <= SMALL_FILE_BYTES) {
      return this.#read(0, size, (bytes, isCopy) => {
        requireFileHeader(bytes, 'DBSI', name)
        const footer = this.#openFooter(bytes) as IndexFooter
        const end = indexFooterOffset(footer.entries)
        return { footer, blocks: this.#openBlocks(bytes.subarray(FILE_HEADER_BYTES, end), 0, isCopy) }
      })
    }
    const [found] = await Promise.all([
      this.#read(size - TAIL_BYTES, size, (tail) => this.#openFooter(tail)),
      this.#read(0, FILE_HEADER_BYTES, (bytes) => requireFileHeader(bytes, 'DBSI', name)),
    ])
    const footer = typeof found === 'number' ? await this.#read(found, size, (tail) => this.#openFooter(tail)) : found
    return { footer: footer as IndexFooter, blocks: [] }
  }

  /** One block. Throws `DamagedError`. */
  async block(number: number): Promise<Buffer> {
    const { offset, end } = this.#place(number, number + 1)
    return this.#read(offset, end, (sealed) => this.#unsealBlock(number, sealed))
  }

  /** Blocks from `first` to before `end`, up to the first that is damaged. */
  async blocks(first: number, end: number): Promise<readonly Buffer[]> {
    const place = this.#place(first, end)
    return this.#read(place.offset, place.end, (sealed, isCopy) => this.#openBlocks(sealed, first, isCopy))
  }

  /** All blocks, up to the first that is damaged; of the whole file, so that it is kept on this machine. */
  async allBlocks(): Promise<readonly Buffer[]> {
    const end = indexFooterOffset(this.#entries)
    return this.#read(0, this.#size, (bytes, isCopy) =>
      this.#openBlocks(bytes.subarray(FILE_HEADER_BYTES, end), 0, isCopy),
    )
  }

  #read<T>(offset: number, end: number, open: (bytes: Buffer, isCopy: boolean) => T): Promise<T> {
    const range = { offset, length: end - offset }
    const fetch = (): Promise<Buffer> => {
      this.fetches++
      return this.#context.store.get(this.#name, { range })
    }
    const keep = range.length === this.#size
    return readThrough({ copies: this.#context.localCopies, name: this.#name, range, keep, fetch, open })
  }

  /** Or where the footer begins, if that is not in `tail`, which ends where the file does. */
  #openFooter(tail: Buffer): IndexFooter | number {
    const name = this.#name
    const end = tail.length - INDEX_TRAILER_BYTES
    const footerBytes = decodeIndexTrailer(tail.subarray(end), name)
    const footerAt = this.#size - INDEX_TRAILER_BYTES - footerBytes
    if (footerAt < FILE_HEADER_BYTES) throw damaged(`${name} is damaged: its footer does not fit its size`)
    if (end < footerBytes) return footerAt
    const sealed = tail.subarray(end - footerBytes, end)
    const plain = unseal(this.#key, offsetNonce(footerAt), this.#associated('footer'), sealed, name)
    const footer = decodeIndexFooter(plain, name)
    if (indexFooterOffset(footer.entries) !== footerAt)
      throw damaged(`${name} is damaged: its blocks do not fit its size`)
    this.#entries = footer.entries
    return footer
  }

  /** Where blocks from `first` to before `end` lie. */
  #place(first: number, end: number): { offset: number; end: number } {
    const offset = FILE_HEADER_BYTES + first * SEALED_BLOCK_BYTES
    return { offset, end: Math.min(offset + (end - first) * SEALED_BLOCK_BYTES, indexFooterOffset(this.#entries)) }
  }

  /** Blocks up to the first that is damaged. A copy on this machine in which one is does not count at all. */
  #openBlocks(sealed: Buffer, first: number, isCopy: boolean): Buffer[] {
    const blocks: Buffer[] = []
    for (let at = 0; at < sealed.length; at += SEALED_BLOCK_BYTES) {
      const piece = sealed.subarray(at, at + SEALED_BLOCK_BYTES)
      const number = first + blocks.length
      const block = isCopy
        ? this.#unsealBlock(number, piece)
        : tryUnseal(this.#key, this.#nonce(number), this.#associated('block'), piece)
      if (block === undefined) break
      blocks.push(block)
    }
    return blocks
  }

  #unsealBlock(number: number, sealed: Buffer): Buffer {
    return unseal(this.#key, this.#nonce(number), this.#associated('block'), sealed, this.#name)
  }

  #nonce(block: number): Buffer {
    return offsetNonce(FILE_HEADER_BYTES + block * SEALED_BLOCK_BYTES)
  }

  #associated(part: 'block' | 'footer'): Buffer {
    return partAssociatedData(this.#context.repositoryId, part)
  }
}
