import { TAG_BYTES } from '../encryption/sealing.ts'
import { OBJECT_ID_BYTES, type ObjectId, objectIdAt } from '../values/object-id.ts'
import { OBJECT_KINDS, type ObjectKind } from '../values/object-kind.ts'
import { damaged, FILE_HEADER_BYTES } from './format-version.ts'
import { objectKindOf } from './object-kind-codec.ts'
import { decodeTrailer, encodeTrailer, PACK_TRAILER_BYTES } from './pack-codec.ts'

/** Bytes of an index entry. */
export const INDEX_ENTRY_BYTES = 32
/** Entries of a block: 4 KiB, what a lookup decrypts (4 µs) when the block is not in memory. */
export const BLOCK_ENTRIES = 128
/** Bytes of a sealed block, but for the last one. */
export const SEALED_BLOCK_BYTES = BLOCK_ENTRIES * INDEX_ENTRY_BYTES + TAG_BYTES
export const INDEX_TRAILER_BYTES = PACK_TRAILER_BYTES
/** Bytes of an id that the footer keeps per block. */
export const BLOCK_PREFIX_BYTES = 8
const PACK_ID_BYTES = 16
const TRAILER_MAGIC = 'DBSJ'

/** One copy of an object, as an index file lists it. */
export interface IndexEntry {
  readonly id: ObjectId
  /** Position of the pack in the index file's footer. */
  readonly pack: number
  readonly offset: number
  readonly length: number
  readonly version: number
  readonly kind: ObjectKind
}

/** All entries of an index file, joined and sorted by their bytes. */
export function encodeIndexEntries(entries: readonly IndexEntry[]): Buffer {
  const encoded = entries.map(encodeIndexEntry)
  return Buffer.concat(encoded.sort(Buffer.compare))
}

function encodeIndexEntry(entry: IndexEntry): Buffer {
  const bytes = Buffer.allocUnsafe(INDEX_ENTRY_BYTES)
  bytes.write(entry.id, 0, 'hex')
  bytes.writeUInt16BE(entry.pack, 20)
  bytes.writeUInt32BE(entry.offset, 22)
  bytes.writeUInt32BE(entry.length, 26)
  bytes[30] = entry.version
  bytes[31] = OBJECT_KINDS[entry.kind]
  return bytes
}

/** Delta version of the entry at `at` of a block. */
export function indexEntryVersion(block: Buffer, at: number): number {
  return block[at + 30] as number
}

/** Size of the sealed object of the entry at `at` of a block. */
export function indexEntryLength(block: Buffer, at: number): number {
  return block.readUInt32BE(at + 26)
}

/** Kind of the object of the entry at `at` of a block. Throws `DamagedError`. */
export function indexEntryKind(block: Buffer, at: number, what: string): ObjectKind {
  const kind = objectKindOf(block[at + 31] as number)
  if (kind === undefined) throw damaged(`${what} is damaged: an entry has an unknown kind`)
  return kind
}

/** The entry at `at` of a block. */
export function decodeIndexEntry(block: Buffer, at: number, what: string): IndexEntry {
  const kind = indexEntryKind(block, at, what)
  return {
    id: objectIdAt(block, at),
    pack: block.readUInt16BE(at + 20),
    offset: block.readUInt32BE(at + 22),
    length: indexEntryLength(block, at),
    version: indexEntryVersion(block, at),
    kind,
  }
}

/** Where the entries of `id` begin in a block: the position of the first entry that is not below it. */
export function findInBlock(block: Buffer, id: Buffer): number {
  let low = 0
  let high = block.length / INDEX_ENTRY_BYTES
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = middle * INDEX_ENTRY_BYTES
    if (block.compare(id, 0, OBJECT_ID_BYTES, at, at + OBJECT_ID_BYTES) < 0) low = middle + 1
    else high = middle
  }
  return low * INDEX_ENTRY_BYTES
}

export interface IndexedPack {
  /** 32 hex digits. */
  readonly id: string
  /** Bytes of the whole pack. */
  readonly size: number
}

export interface IndexFooter {
  readonly packs: readonly IndexedPack[]
  readonly entries: number
  /** The first 8 bytes of the first id of each block, joined. */
  readonly blockPrefixes: Buffer
}

export function encodeIndexFooter(footer: IndexFooter): Buffer {
  const head = Buffer.alloc(6)
  head.writeUInt16BE(footer.packs.length)
  head.writeUInt32BE(footer.entries, 2)
  const packs = footer.packs.map(({ id, size }) => {
    const bytes = Buffer.alloc(PACK_ID_BYTES + 4)
    bytes.write(id, 'hex')
    bytes.writeUInt32BE(size, PACK_ID_BYTES)
    return bytes
  })
  return Buffer.concat([head, ...packs, footer.blockPrefixes])
}

export function decodeIndexFooter(bytes: Buffer, what: string): IndexFooter {
  const packCount = bytes.length < 6 ? 0 : bytes.readUInt16BE(0)
  const entries = bytes.length < 6 ? 0 : bytes.readUInt32BE(2)
  const prefixesAt = 6 + packCount * (PACK_ID_BYTES + 4)
  if (bytes.length !== prefixesAt + Math.ceil(entries / BLOCK_ENTRIES) * BLOCK_PREFIX_BYTES) {
    throw damaged(`${what} is damaged: its footer is not one`)
  }
  const packs = Array.from({ length: packCount }, (_, i) => {
    const at = 6 + i * (PACK_ID_BYTES + 4)
    return { id: bytes.toString('hex', at, at + PACK_ID_BYTES), size: bytes.readUInt32BE(at + PACK_ID_BYTES) }
  })
  return { packs, entries, blockPrefixes: Buffer.from(bytes.subarray(prefixesAt)) }
}

/** Bytes that header and blocks of so many entries take: where the footer begins. */
export function indexFooterOffset(entries: number): number {
  const blocks = Math.ceil(entries / BLOCK_ENTRIES)
  return FILE_HEADER_BYTES + entries * INDEX_ENTRY_BYTES + blocks * TAG_BYTES
}

export function encodeIndexTrailer(sealedFooterBytes: number): Buffer {
  return encodeTrailer(sealedFooterBytes, TRAILER_MAGIC)
}

/** Size of the sealed footer. */
export function decodeIndexTrailer(bytes: Buffer, what: string): number {
  return decodeTrailer(bytes, TRAILER_MAGIC, what)
}
