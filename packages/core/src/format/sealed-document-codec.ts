import type { KeyObject } from 'node:crypto'
import zlib from 'node:zlib'
import { decompress } from '../compression/decompress.ts'
import { zstdOptions } from '../compression/zstd-parameters.ts'
import { NONCE_BYTES, seal, unseal } from '../encryption/sealing.ts'
import type { Randomness } from '../ports/system.ts'
import { freeBacking } from '../values/free-buffer.ts'
import { documentAssociatedData } from './associated-data.ts'
import { damaged, encodeFileHeader, FILE_HEADER_BYTES, type FileMagic, requireFileHeader } from './format-version.ts'

/** Plain bytes of one part, at most: 10 000 tables of 100 columns are 100 MB of JSON. */
const MAX_PART_BYTES = 256 * 1024 * 1024
/** Layouts repeat themselves, and a manifest is written once: 3 makes them a fifth smaller than 1. */
const LEVEL = 3
const HEAD_BYTES = FILE_HEADER_BYTES + 4

/** Everything that a manifest, condemned list, damage mark, pin, stored diff or registration is bound to. */
export interface DocumentFile {
  readonly magic: Exclude<FileMagic, 'DBSP' | 'DBSI' | 'DBST'>
  /** The file's own key. */
  readonly key: KeyObject
  readonly repositoryId: Buffer
  readonly fileId: Buffer
  /** For messages: the store's key. */
  readonly name: string
}

/** The bytes of a file with one or two parts, each JSON. */
export function encodeSealedDocument(file: DocumentFile, parts: readonly unknown[], randomness: Randomness): Buffer[] {
  const sealed = parts.map((part, i) => encodePart(file, part, i, randomness.bytes(NONCE_BYTES)))
  const size = Buffer.alloc(4)
  size.writeUInt32BE((sealed[0] as Buffer).length)
  return [encodeFileHeader(file.magic), size, ...sealed]
}

function encodePart(file: DocumentFile, part: unknown, number: number, nonce: Buffer): Buffer {
  const json = Buffer.from(JSON.stringify(part), 'utf8')
  const size = Buffer.alloc(4)
  size.writeUInt32BE(json.length)
  const compressed = zlib.zstdCompressSync(json, zstdOptions(json.length, LEVEL))
  const associated = documentAssociatedData(file.repositoryId, file.fileId, file.magic, number)
  const { ciphertext, tag } = seal(file.key, nonce, associated, [size, compressed])
  for (const bytes of [json, compressed]) freeBacking(bytes)
  return Buffer.concat([nonce, ciphertext, tag])
}

/** Where the first part ends, from the first bytes of the file (12 at least). */
export function firstPartEnd(file: DocumentFile, bytes: Buffer): number {
  requireFileHeader(bytes, file.magic, file.name)
  if (bytes.length < HEAD_BYTES) throw damaged(`${file.name} is damaged: it is cut`)
  return HEAD_BYTES + bytes.readUInt32BE(FILE_HEADER_BYTES)
}

/** The JSON of part 0 or 1. `bytes` must hold the part whole; for part 1, the whole file. */
export function decodeSealedDocument(file: DocumentFile, bytes: Buffer, number: 0 | 1): unknown {
  const end = firstPartEnd(file, bytes)
  if (end > bytes.length) throw damaged(`${file.name} is damaged: it is cut`)
  const part = number === 0 ? bytes.subarray(HEAD_BYTES, end) : bytes.subarray(end)
  if (part.length < NONCE_BYTES) throw damaged(`${file.name} is damaged: it is cut`)
  const associated = documentAssociatedData(file.repositoryId, file.fileId, file.magic, number)
  const plain = unseal(file.key, part.subarray(0, NONCE_BYTES), associated, part.subarray(NONCE_BYTES), file.name)
  const size = plain.readUInt32BE(0)
  const json = size > MAX_PART_BYTES ? undefined : decompress('zstd', plain.subarray(4), size)
  if (json === undefined) throw damaged(`${file.name} is damaged: its content does not decompress`)
  freeBacking(plain)
  const text = json.toString('utf8')
  freeBacking(json)
  return JSON.parse(text)
}
