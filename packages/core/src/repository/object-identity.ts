import { createHmac, type KeyObject } from 'node:crypto'
import { OBJECT_ID_BYTES, type ObjectId } from '../values/object-id.ts'

/** The id of content: the first 20 bytes of its HMAC. */
export function identifyObject(idKey: KeyObject, plaintext: Uint8Array): ObjectId {
  return createHmac('sha256', idKey)
    .update(plaintext)
    .digest('hex')
    .slice(0, 2 * OBJECT_ID_BYTES) as ObjectId
}
