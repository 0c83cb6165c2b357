import type { Brand } from './brand.ts'

/**
 * Name of an object (chunk, tree node, document): 40 lower-case hex digits, the first 160 bits of
 * HMAC-SHA-256(id key, plaintext). Equal content has one id; without the key nobody can confirm a guess.
 */
export type ObjectId = Brand<string, 'ObjectId'>

/** Length of an object id in bytes. Why 20 and not 32: `docs/decisions/0003-object-id-length.md`. */
export const OBJECT_ID_BYTES = 20

const PATTERN = /^[0-9a-f]{40}$/

/** Reads an object id; throws `TypeError` on anything but 40 lower-case hex digits. */
export function parseObjectId(text: string): ObjectId {
  if (!PATTERN.test(text)) throw new TypeError('an object id is 40 lower-case hex digits')
  return text as ObjectId
}

/** The id that stands at `offset` in `bytes`. */
export function objectIdAt(bytes: Buffer, offset = 0): ObjectId {
  return bytes.toString('hex', offset, offset + OBJECT_ID_BYTES) as ObjectId
}
