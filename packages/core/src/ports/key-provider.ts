import type { JsonObject } from '../values/json.ts'

/** A wrapped copy of the repository key, as a key slot stores it: everything needed to unwrap it but the secret. */
export interface WrappedKey {
  /** Name of the provider: `passphrase`, `key-file`, `aws-kms`. */
  readonly provider: string
  /** Parameters of the derivation, salts. Public. Of a key management service `keyId`, which listings show. */
  readonly parameters: JsonObject
  /** Base64. */
  readonly wrapped: string
}

/** The slot that a key is wrapped for. A key management service binds what it wraps to it; a secret need not. */
export interface KeySlotPlace {
  /** Id of the repository, 32 hex digits. */
  readonly repository: string
  /** Id of the slot, 32 hex digits: the name of its file. */
  readonly slot: string
}

/** Wraps and unwraps the repository's key with a secret that only its user has. */
export interface KeyProvider {
  readonly provider: string
  wrap(key: Uint8Array, place: KeySlotPlace): Promise<WrappedKey>
  /**
   * The key, or undefined where this secret does not open the slot. Asks no service about a slot of another provider. Fails
   * where it cannot be known: the service does not answer, or refuses to. It is then not asked about further slots.
   */
  unwrap(slot: WrappedKey, place: KeySlotPlace): Promise<Buffer | undefined>
}
