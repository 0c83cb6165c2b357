import { TAG_BYTES } from '../encryption/sealing.ts'
import { OBJECT_ID_BYTES, type ObjectId, objectIdAt } from '../values/object-id.ts'
import { OBJECT_KINDS, type ObjectKind } from '../values/object-kind.ts'
import { damaged } from './format-version.ts'
import { objectKindOf } from './object-kind-codec.ts'

/** One object of a pack, as the pack's directory lists it. */
export interface PackEntry {
  readonly id: ObjectId
  readonly kind: ObjectKind
  /** 0: stored whole. */
  readonly version: number
  /** Where the sealed object begins in the pack. */
  readonly offset: number
  /** Bytes of the sealed object, tag included. */
  readonly length: number
}

const ENTRY_BYTES = 26
export const PACK_TRAILER_BYTES = 8
const TRAILER_MAGIC = 'DBSE'

export function encodePackDirectory(entries: readonly PackEntry[]): Buffer {
  const bytes = Buffer.allocUnsafe(entries.length * ENTRY_BYTES)
  let at = 0
  for (const entry of entries) {
    bytes.write(entry.id, at, 'hex')
    bytes[at + 20] = OBJECT_KINDS[entry.kind]
    bytes[at + 21] = entry.version
    bytes.writeUInt32BE(entry.length, at + 22)
    at += ENTRY_BYTES
  }
  return bytes
}

/** The entries of a directory; `firstOffset` is where the first object begins and `end` where the last must end. */
export function decodePackDirectory(bytes: Buffer, firstOffset: number, end: number, what: string): PackEntry[] {
  const entries: PackEntry[] = []
  let offset = firstOffset
  for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    const kind = objectKindOf(bytes[at + OBJECT_ID_BYTES] as number)
    const length = bytes.readUInt32BE(at + 22)
    if (kind === undefined || length < TAG_BYTES) throw damaged(`${what} is damaged: its directory is not one`)
    entries.push({ id: objectIdAt(bytes, at), kind, version: bytes[at + 21] as number, offset, length })
    offset += length
  }
  if (bytes.length % ENTRY_BYTES !== 0 || offset !== end) {
    throw damaged(`${what} is damaged: its directory does not fit its size`)
  }
  return entries
}

export function encodePackTrailer(sealedDirectoryBytes: number): Buffer {
  return encodeTrailer(sealedDirectoryBytes, TRAILER_MAGIC)
}

/** Size of the sealed directory. */
export function decodePackTrailer(bytes: Buffer, what: string): number {
  return decodeTrailer(bytes, TRAILER_MAGIC, what)
}

/** Packs and index files end alike: size of the part before, then four letters. */
export function encodeTrailer(sealedBytes: number, magic: string): Buffer {
  const trailer = Buffer.alloc(PACK_TRAILER_BYTES)
  trailer.writeUInt32BE(sealedBytes)
  trailer.write(magic, 4, 'latin1')
  return trailer
}

export function decodeTrailer(bytes: Buffer, magic: string, what: string): number {
  if (bytes.length !== PACK_TRAILER_BYTES || bytes.toString('latin1', 4) !== magic) {
    throw damaged(`${what} is damaged: its end is missing or changed`)
  }
  return bytes.readUInt32BE(0)
}
