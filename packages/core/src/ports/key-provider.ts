import type { JsonObject } from '../values/json.ts'

/** A wrapped copy of the repository key, as a key slot stores it: everything needed to unwrap it but the secret. */
export interface WrappedKey {
  /** Name of the provider: `passphrase`, `key-file`, `aws-kms`. */
  readonly provider: string
  /** Parameters of the derivation, salts, key names. Public. */
  readonly parameters: JsonObject
  /** Base64. */
  readonly wrapped: string
}

/** Wraps and unwraps the repository's key with a secret that only its user has. */
export interface KeyProvider {
  readonly provider: string
  wrap(key: Uint8Array): Promise<WrappedKey>
  /** The key, or undefined where this secret does not open the slot. */
  unwrap(slot: WrappedKey): Promise<Buffer | undefined>
}
