import { ENCODINGS, type Encoding } from '../compression/compress.ts'
import { OBJECT_ID_BYTES, type ObjectId, objectIdAt } from '../values/object-id.ts'

/** Plain bytes of one object, at most: bounds what a reader allocates. Chunks and segments are about 1 MiB at most. */
export const MAX_OBJECT_BYTES = 16 * 1024 * 1024

/** What stands before an object's payload, inside the encryption. */
export interface ObjectHeader {
  readonly encoding: Encoding
  readonly plainBytes: number
  /** Present exactly where the encoding is `delta`. */
  readonly delta?: DeltaHeader
}

export interface DeltaHeader {
  /** 1 to 255; the base's copy has a lower one. */
  readonly version: number
  readonly base: ObjectId
}

const NAMES = new Map<number, Encoding>(Object.entries(ENCODINGS).map(([name, code]) => [code, name as Encoding]))

export function encodeObjectHeader(header: ObjectHeader): Buffer {
  const bytes: number[] = [ENCODINGS[header.encoding]]
  let rest = header.plainBytes
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  if (header.delta === undefined) return Buffer.from(bytes)
  bytes.push(header.delta.version)
  return Buffer.concat([Buffer.from(bytes), Buffer.from(header.delta.base, 'hex')])
}

/** The header and where the payload begins, or undefined where the bytes are no header. */
export function decodeObjectHeader(bytes: Buffer): { header: ObjectHeader; payloadOffset: number } | undefined {
  const encoding = NAMES.get(bytes[0] ?? -1)
  const size = readVarint(bytes, 1)
  if (encoding === undefined || size === undefined || size.value > MAX_OBJECT_BYTES) return undefined
  const plainBytes = size.value
  if (encoding !== 'delta') return { header: { encoding, plainBytes }, payloadOffset: size.end }
  const payloadOffset = size.end + 1 + OBJECT_ID_BYTES
  const version = bytes[size.end] ?? 0
  if (bytes.length < payloadOffset || version === 0) return undefined
  return { header: { encoding, plainBytes, delta: { version, base: objectIdAt(bytes, size.end + 1) } }, payloadOffset }
}

function readVarint(bytes: Buffer, offset: number): { value: number; end: number } | undefined {
  let value = 0
  for (let i = 0; i < 4; i++) {
    const byte = bytes[offset + i]
    if (byte === undefined) return undefined
    value |= (byte & 0x7f) << (7 * i)
    if (byte < 0x80) return { value, end: offset + i + 1 }
  }
  return undefined
}
