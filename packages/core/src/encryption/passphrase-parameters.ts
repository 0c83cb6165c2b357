import * as crypto from 'node:crypto'
import { promisify } from 'node:util'
import * as z from 'zod'
import { UsageError } from '../errors/usage-error.ts'
import { KEY_BYTES } from './repository-keys.ts'

/** scrypt: memory is 128 * N * r bytes. */
export interface ScryptParameters {
  readonly algorithm: 'scrypt'
  readonly N: number
  readonly r: number
  readonly p: number
}

/** argon2id; needs Node 24.7 wherever the slot is made or opened. */
export interface Argon2idParameters {
  readonly algorithm: 'argon2id'
  readonly memoryKiB: number
  readonly passes: number
  readonly lanes: number
}

/** How a key is derived from a passphrase. Stored in the key slot; bounded when it is read. */
export type PassphraseParameters = ScryptParameters | Argon2idParameters

/** OWASP password storage, 2024: N = 2^17, r = 8, p = 1 (128 MiB); 0.5 s here. */
export const DEFAULT_SCRYPT: ScryptParameters = { algorithm: 'scrypt', N: 2 ** 17, r: 8, p: 1 }

/** RFC 9106, second recommendation: 64 MiB, 3 passes, 4 lanes; 0.3 s here. */
export const DEFAULT_ARGON2ID: Argon2idParameters = { algorithm: 'argon2id', memoryKiB: 64 * 1024, passes: 3, lanes: 4 }

/** Bytes of memory a stored slot may ask for: more is an attack on whoever opens the repository, not a setting. */
const MAX_MEMORY = 1024 ** 3

const salt = z.string().regex(/^[A-Za-z0-9+/]{22,86}={0,2}$/)

/** What a slot may hold; anything beyond is refused before any work is done. */
export const storedParametersSchema = z.union([
  z
    .strictObject({
      algorithm: z.literal('scrypt'),
      N: z
        .int()
        .min(2)
        .max(2 ** 20),
      r: z.int().min(1).max(32),
      p: z.int().min(1).max(16),
      salt,
    })
    .refine(({ N, r }) => 128 * N * r <= MAX_MEMORY && (N & (N - 1)) === 0),
  z
    .strictObject({
      algorithm: z.literal('argon2id'),
      memoryKiB: z.int().max(MAX_MEMORY / 1024),
      passes: z.int().min(1).max(16),
      lanes: z.int().min(1).max(16),
      salt,
    })
    .refine(({ memoryKiB, lanes }) => memoryKiB >= 8 * lanes),
])

/**
 * The parameters in the order in which they are stored, which the slot's seal covers. Fails with `UsageError` where a
 * repository made with them could not be opened.
 */
export function requirePassphraseParameters(parameters: PassphraseParameters): PassphraseParameters {
  const parsed = storedParametersSchema.safeParse({ ...parameters, salt: 'A'.repeat(22) })
  if (!parsed.success) {
    throw new UsageError('no repository may have these passphrase parameters', {
      hint: 'They ask for too little, or for more than 1 GiB. Leave them out for the defaults.',
    })
  }
  const { salt: _, ...ordered } = parsed.data
  return ordered
}

/** Whether this Node has argon2 (24.7 and later). */
export function hasArgon2(): boolean {
  return 'argon2' in crypto
}

/** Derives the key that wraps the repository key. */
export async function derivePassphraseKey(
  passphrase: string,
  salt: Buffer,
  parameters: PassphraseParameters,
): Promise<crypto.KeyObject> {
  const secret = Buffer.from(passphrase.normalize('NFC'), 'utf8')
  const derived =
    parameters.algorithm === 'scrypt'
      ? await scrypt(secret, salt, parameters)
      : await argon2id(secret, salt, parameters)
  secret.fill(0)
  return crypto.createSecretKey(derived)
}

async function scrypt(secret: Buffer, salt: Buffer, { N, r, p }: ScryptParameters): Promise<Buffer> {
  // OpenSSL counts a little beside the table itself.
  const maxmem = 128 * N * r + 128 * r * p + 1024 * 1024
  return promisify<Buffer, Buffer, number, crypto.ScryptOptions, Buffer>(crypto.scrypt)(secret, salt, KEY_BYTES, {
    N,
    r,
    p,
    maxmem,
  })
}

async function argon2id(secret: Buffer, salt: Buffer, parameters: Argon2idParameters): Promise<Buffer> {
  return promisify(crypto.argon2)('argon2id', {
    message: secret,
    nonce: salt,
    parallelism: parameters.lanes,
    memory: parameters.memoryKiB,
    passes: parameters.passes,
    tagLength: KEY_BYTES,
  })
}
