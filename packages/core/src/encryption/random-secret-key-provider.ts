import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import * as z from 'zod'
import type { KeyProvider, WrappedKey } from '../ports/key-provider.ts'
import type { Randomness } from '../ports/system.ts'
import { KEY_BYTES } from './repository-keys.ts'
import { NONCE_BYTES } from './sealing.ts'
import { unwrapKey, wrapKey } from './wrapped-key.ts'

/** Kinds of slots whose secret is random already, so that nothing slow is needed to protect it. */
export type RandomSecretProvider = 'key-file' | 'master-key' | 'recovery-key'

const SALT_BYTES = 16

const parametersSchema = z.strictObject({ salt: z.string().regex(/^[A-Za-z0-9+/]{22}==$/) })

/** Wraps the repository key with a key derived, at once, from a secret that was drawn at random. */
export class RandomSecretKeyProvider implements KeyProvider {
  readonly provider: RandomSecretProvider
  readonly #secret: Buffer
  readonly #randomness: Randomness

  /** `secret` has at least 20 bytes, drawn at random: nothing here slows down who guesses. */
  constructor(provider: RandomSecretProvider, secret: Buffer, options: { readonly randomness: Randomness }) {
    this.provider = provider
    this.#secret = secret
    this.#randomness = options.randomness
  }

  async wrap(key: Uint8Array): Promise<WrappedKey> {
    const salt = this.#randomness.bytes(SALT_BYTES).toString('base64')
    const nonce = this.#randomness.bytes(NONCE_BYTES)
    return wrapKey(this.provider, { salt }, this.#wrappingKey(salt), nonce, key)
  }

  async unwrap(slot: WrappedKey): Promise<Buffer | undefined> {
    if (slot.provider !== this.provider) return undefined
    const parsed = parametersSchema.safeParse(slot.parameters)
    return parsed.success ? unwrapKey(slot, this.#wrappingKey(parsed.data.salt)) : undefined
  }

  #wrappingKey(salt: string): KeyObject {
    const info = `dbsnap 1 ${this.provider}`
    return createSecretKey(Buffer.from(hkdfSync('sha256', this.#secret, Buffer.from(salt, 'base64'), info, KEY_BYTES)))
  }
}
