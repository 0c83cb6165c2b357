import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { DamagedError } from '../errors/damaged-error.ts'
import { freeBuffer } from '../values/free-buffer.ts'

const CIPHER = 'aes-256-gcm'
export const NONCE_BYTES = 12
export const TAG_BYTES = 16

/** Ciphertext and tag, to be written one after the other. */
export interface Sealed {
  readonly ciphertext: Buffer
  readonly tag: Buffer
}

/** Encrypts `parts`, joined. A nonce must never meet the same key twice. */
export function seal(key: KeyObject, nonce: Uint8Array, associated: Uint8Array, parts: readonly Uint8Array[]): Sealed {
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(associated)
  const pieces = parts.map((part) => cipher.update(part))
  pieces.push(cipher.final())
  const [first] = pieces
  const tag = cipher.getAuthTag()
  if (first !== undefined && pieces.length === 2) return { ciphertext: first, tag }
  const ciphertext = Buffer.concat(pieces)
  for (const piece of pieces) freeBuffer(piece)
  return { ciphertext, tag }
}

/** Decrypts ciphertext and tag as `seal` made them. Throws `DamagedError` naming `what` unless every bit is as it was. */
export function unseal(
  key: KeyObject,
  nonce: Uint8Array,
  associated: Uint8Array,
  sealed: Buffer,
  what: string,
): Buffer {
  const plain = tryUnseal(key, nonce, associated, sealed)
  if (plain === undefined) {
    throw new DamagedError(`${what} is damaged: its content is not what was written`, {
      hint: 'Run `dbsnap check` to learn which snapshots are affected; the next take stores what it can again.',
    })
  }
  return plain
}

/** As `unseal`; undefined where it does not open. */
export function tryUnseal(
  key: KeyObject,
  nonce: Uint8Array,
  associated: Uint8Array,
  sealed: Buffer,
): Buffer | undefined {
  if (sealed.length < TAG_BYTES) return undefined
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(associated)
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  const plain = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES))
  try {
    decipher.final()
  } catch {
    return undefined
  }
  return plain
}

/** The nonce of the part at `offset` of a file that has a key of its own: 8 zero bytes, then the offset. */
export function offsetNonce(offset: number): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES)
  nonce.writeUInt32BE(offset, 8)
  return nonce
}
