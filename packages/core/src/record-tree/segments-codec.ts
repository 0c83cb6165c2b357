import { DamagedError } from '../errors/damaged-error.ts'
import { OBJECT_ID_BYTES, type ObjectId, objectIdAt } from '../values/object-id.ts'

/** The list of the segments of one large record: their ids in order, 20 bytes each. At least two: one segment is a chunk. */
export function encodeSegments(ids: readonly ObjectId[]): Buffer {
  return Buffer.from(ids.join(''), 'hex')
}

/** Reads a list of segments; anything that `encodeSegments` would not have written is a `DamagedError`. */
export function decodeSegments(bytes: Buffer, id: ObjectId): ObjectId[] {
  if (bytes.length < 2 * OBJECT_ID_BYTES || bytes.length % OBJECT_ID_BYTES !== 0) {
    throw new DamagedError(`the list of segments ${id} is malformed`, {
      hint: 'Run `dbsnap check` to see which snapshots are affected.',
      data: { object: id },
    })
  }
  return Array.from({ length: bytes.length / OBJECT_ID_BYTES }, (_, i) => objectIdAt(bytes, i * OBJECT_ID_BYTES))
}
