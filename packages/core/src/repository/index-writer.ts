import type { KeyObject } from 'node:crypto'
import { deriveFileKey } from '../encryption/repository-keys.ts'
import { offsetNonce, seal } from '../encryption/sealing.ts'
import { partAssociatedData } from '../format/associated-data.ts'
import { encodeFileHeader, FILE_HEADER_BYTES } from '../format/format-version.ts'
import {
  BLOCK_ENTRIES,
  BLOCK_PREFIX_BYTES,
  encodeIndexEntries,
  encodeIndexFooter,
  encodeIndexTrailer,
  INDEX_ENTRY_BYTES,
  type IndexEntry,
} from '../format/index-codec.ts'
import type { WrittenPack } from './pack-writer.ts'
import type { RepositoryContext } from './repository-context.ts'
import { FILE_ID_BYTES, indexFile } from './repository-files.ts'

/** Packs after which an index file is written: 1 GiB of packs that a crash cannot make a later take store again. */
const PACKS_PER_FILE = 64
/** Entries after which one is written: bounds the memory of a take with many small objects (2 MiB of entries). */
const ENTRIES_PER_FILE = 65_536

const BLOCK_BYTES = BLOCK_ENTRIES * INDEX_ENTRY_BYTES

export interface WrittenIndexFile {
  readonly id: string
  readonly size: number
  readonly packs: readonly WrittenPack[]
}

/** Collects durable packs and writes index files of them. */
export class IndexWriter {
  readonly #context: RepositoryContext
  readonly #onDurable: (file: WrittenIndexFile) => Promise<void>
  #packs: WrittenPack[] = []
  #entries = 0

  /** `onDurable` is called once per index file. */
  constructor(context: RepositoryContext, onDurable: (file: WrittenIndexFile) => Promise<void>) {
    this.#context = context
    this.#onDurable = onDurable
  }

  /** Takes a durable pack; writes an index file when there is enough for one. */
  async add(pack: WrittenPack): Promise<void> {
    this.#packs.push(pack)
    this.#entries += pack.entries.length
    if (this.#packs.length >= PACKS_PER_FILE || this.#entries >= ENTRIES_PER_FILE) await this.flush()
  }

  /** Writes what was collected, if anything. Resolves when it is durable. */
  async flush(): Promise<void> {
    if (this.#packs.length === 0) return
    const packs = this.#packs
    this.#packs = []
    this.#entries = 0
    const fileId = this.#context.randomness.bytes(FILE_ID_BYTES)
    const id = fileId.toString('hex')
    const body = encodeIndexFile(this.#context, fileId, packs)
    await this.#context.store.put(indexFile(id), body)
    await this.#onDurable({ id, size: body.reduce((sum, part) => sum + part.length, 0), packs })
  }
}

function encodeIndexFile(context: RepositoryContext, fileId: Buffer, packs: readonly WrittenPack[]): Buffer[] {
  const key = deriveFileKey(context.keys.index, fileId, 'index file')
  const entries = encodeIndexEntries(packs.flatMap(indexEntries))
  const body = [encodeFileHeader('DBSI')]
  const prefixes: Buffer[] = []
  let offset = FILE_HEADER_BYTES
  for (let at = 0; at < entries.length; at += BLOCK_BYTES) {
    const block = entries.subarray(at, at + BLOCK_BYTES)
    prefixes.push(block.subarray(0, BLOCK_PREFIX_BYTES))
    offset += sealInto(body, context, key, offset, 'block', block)
  }
  const footer = { packs, entries: entries.length / INDEX_ENTRY_BYTES, blockPrefixes: Buffer.concat(prefixes) }
  const footerBytes = sealInto(body, context, key, offset, 'footer', encodeIndexFooter(footer))
  return [...body, encodeIndexTrailer(footerBytes)]
}

function indexEntries(pack: WrittenPack, number: number): IndexEntry[] {
  return pack.entries.map((entry) => ({ ...entry, pack: number }))
}

function sealInto(
  body: Buffer[],
  context: RepositoryContext,
  key: KeyObject,
  offset: number,
  part: 'block' | 'footer',
  plain: Buffer,
): number {
  const { ciphertext, tag } = seal(key, offsetNonce(offset), partAssociatedData(context.repositoryId, part), [plain])
  body.push(ciphertext, tag)
  return ciphertext.length + tag.length
}
