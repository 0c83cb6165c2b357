import { IncompatibleTargetError } from '@dbsnap/core/errors'
import type { MongoConnection } from '../connection/mongo-connection.ts'
import { deserialize } from '../connection/read-cursor.ts'

/** The zero that ends a name, and a timestamp of zero. */
const PATTERN = Buffer.alloc(9)

const TIMESTAMP = 0x11

/** Bytes of the values of each type that has one size. */
const FIXED: Readonly<Record<number, number>> = {
  1: 8,
  6: 0,
  7: 12,
  8: 1,
  9: 8,
  10: 0,
  16: 4,
  [TIMESTAMP]: 8,
  18: 8,
  19: 16,
  127: 0,
  255: 0,
}

/** Fields of one document that the server has to be told again. */
export interface ZeroTimestamps {
  readonly id: unknown
  /** What `$set` is given. */
  readonly fields: Readonly<Record<string, unknown>>
}

/**
 * The documents of a batch with a field that is a timestamp of zero: the server takes such a field of an inserted document for a
 * wish to get the present time, and only an update writes it. A document is walked only where its bytes may hold one, and made an
 * object only where it does: most zeros are numbers.
 */
export function zeroTimestamps(connection: MongoConnection, bytes: Buffer, collection: string): ZeroTimestamps[] {
  const found: ZeroTimestamps[] = []
  let hit = bytes.indexOf(PATTERN)
  for (let at = 0; at < bytes.length && hit !== -1; ) {
    const end = at + bytes.readInt32LE(at)
    if (hit < end) {
      if (hasZeroTimestamp(bytes, at, end)) found.push(zeroFields(connection, bytes.subarray(at, end), collection))
      hit = bytes.indexOf(PATTERN, end)
    }
    at = end
  }
  return found
}

/** Whether a field of the document itself, not of one within, is a timestamp of zero. */
function hasZeroTimestamp(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start + 4; at < end - 1; ) {
    const type = bytes[at] as number
    const value = afterZero(bytes, at + 1)
    const isZero = type === TIMESTAMP && bytes.readUInt32LE(value) === 0 && bytes.readUInt32LE(value + 4) === 0
    // As an `_id` the server takes it as it is.
    if (isZero && bytes.toString('latin1', at + 1, value - 1) !== '_id') return true
    at = value + sizeOf(bytes, type, value)
  }
  return false
}

function sizeOf(bytes: Buffer, type: number, at: number): number {
  const fixed = FIXED[type]
  if (fixed !== undefined) return fixed
  switch (type) {
    case 3:
    case 4:
    case 15:
      return bytes.readInt32LE(at)
    case 5:
      return 5 + bytes.readInt32LE(at)
    case 11:
      return afterZero(bytes, afterZero(bytes, at)) - at
    case 12:
      return 16 + bytes.readInt32LE(at)
    default:
      return 4 + bytes.readInt32LE(at)
  }
}

/** Offset just past the next zero. A loop: `indexOf` costs more than a name is long. */
function afterZero(bytes: Buffer, start: number): number {
  let at = start
  while (bytes[at] !== 0) at++
  return at + 1
}

function zeroFields(connection: MongoConnection, document: Buffer, collection: string): ZeroTimestamps {
  const { _id, ...fields } = deserialize(connection, document)
  const zero = Object.entries(fields).filter(([, value]) => isZeroTimestamp(value))
  if (zero.some(([name]) => name.includes('.') || name.startsWith('$') || name === '')) {
    throw new IncompatibleTargetError(`a document of ${collection} cannot be written as it was`, {
      hint: 'A timestamp of zero in a field whose name holds a dot or a dollar can be written by no command.',
      data: { collection },
    })
  }
  return { id: _id, fields: Object.fromEntries(zero) }
}

function isZeroTimestamp(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { _bsontype, high, low } = value as { _bsontype?: unknown; high?: unknown; low?: unknown }
  return _bsontype === 'Timestamp' && high === 0 && low === 0
}
