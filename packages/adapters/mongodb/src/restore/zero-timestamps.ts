import { IncompatibleTargetError } from '@dbsnap/core/errors'
import type { MongoConnection } from '../connection/mongo-connection.ts'
import { deserialize } from '../connection/read-cursor.ts'

/** The zero that ends a name, and a timestamp of zero. */
const PATTERN = Buffer.alloc(9)

/** Fields of one document that the server has to be told again. */
export interface ZeroTimestamps {
  readonly id: unknown
  /** What `$set` is given. */
  readonly fields: Readonly<Record<string, unknown>>
}

/**
 * The documents of a batch with a field that is a timestamp of zero: the server takes such a field of an inserted document for a
 * wish to get the present time, and only an update writes it. A document is looked into only where its bytes may hold one.
 */
export function zeroTimestamps(connection: MongoConnection, bytes: Buffer, collection: string): ZeroTimestamps[] {
  const found: ZeroTimestamps[] = []
  let hit = bytes.indexOf(PATTERN)
  for (let at = 0; at < bytes.length && hit !== -1; ) {
    const end = at + bytes.readInt32LE(at)
    if (hit < end) {
      const fields = zeroFields(connection, bytes.subarray(at, end), collection)
      if (fields !== undefined) found.push(fields)
      hit = bytes.indexOf(PATTERN, end)
    }
    at = end
  }
  return found
}

function zeroFields(connection: MongoConnection, document: Buffer, collection: string): ZeroTimestamps | undefined {
  const { _id, ...fields } = deserialize(connection, document)
  const zero = Object.entries(fields).filter(([, value]) => isZeroTimestamp(value))
  if (zero.length === 0) return undefined
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
