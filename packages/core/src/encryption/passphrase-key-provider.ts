import { UsageError } from '../errors/usage-error.ts'
import type { KeyProvider, WrappedKey } from '../ports/key-provider.ts'
import type { Randomness } from '../ports/system.ts'
import {
  DEFAULT_SCRYPT,
  derivePassphraseKey,
  type PassphraseParameters,
  requirePassphraseParameters,
  storedParametersSchema,
} from './passphrase-parameters.ts'
import { NONCE_BYTES } from './sealing.ts'
import { unwrapKey, wrapKey } from './wrapped-key.ts'

const PROVIDER = 'passphrase'
const SALT_BYTES = 16

/** Options of `PassphraseKeyProvider`. */
export interface PassphraseKeyOptions {
  /** Gives salts and nonces of new slots. */
  readonly randomness: Randomness
  /** For new slots. Default `DEFAULT_SCRYPT`; every Node opens it. `DEFAULT_ARGON2ID` needs Node 24.7 wherever it is opened. */
  readonly parameters?: PassphraseParameters
}

/** Wraps the repository key with a key derived from a passphrase. Slowly, on purpose: 0.5 s and 128 MiB a try. */
export class PassphraseKeyProvider implements KeyProvider {
  readonly provider = PROVIDER
  readonly #passphrase: string
  readonly #randomness: Randomness
  readonly #parameters: PassphraseParameters

  /** Fails with `UsageError` for an empty passphrase, or parameters that no repository may have. */
  constructor(passphrase: string, options: PassphraseKeyOptions) {
    if (passphrase === '') {
      throw new UsageError('the passphrase is empty', { hint: 'Give one that nobody can guess.' })
    }
    this.#passphrase = passphrase
    this.#randomness = options.randomness
    this.#parameters = requirePassphraseParameters(options.parameters ?? DEFAULT_SCRYPT)
  }

  async wrap(key: Uint8Array): Promise<WrappedKey> {
    const salt = this.#randomness.bytes(SALT_BYTES)
    const nonce = this.#randomness.bytes(NONCE_BYTES)
    const parameters = { ...this.#parameters, salt: salt.toString('base64') }
    const wrappingKey = await derivePassphraseKey(this.#passphrase, salt, this.#parameters)
    return wrapKey(PROVIDER, parameters, wrappingKey, nonce, key)
  }

  async unwrap(slot: WrappedKey): Promise<Buffer | undefined> {
    if (slot.provider !== PROVIDER) return undefined
    const parsed = storedParametersSchema.safeParse(slot.parameters)
    if (!parsed.success) return undefined
    const { salt, ...parameters } = parsed.data
    const wrappingKey = await derivePassphraseKey(this.#passphrase, Buffer.from(salt, 'base64'), parameters)
    return unwrapKey({ ...slot, parameters: { ...parameters, salt } }, wrappingKey)
  }
}
