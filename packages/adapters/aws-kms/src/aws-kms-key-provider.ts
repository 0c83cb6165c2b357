import { KeyServiceFailedError } from '@dbsnap/core/errors'
import type { KeyProvider, KeySlotPlace, WrappedKey } from '@dbsnap/core/ports'
import { type KmsConnection, withKms } from './aws-kms-client.ts'
import { isWrongKey, kmsError } from './aws-kms-error-translation.ts'
import type { AwsKmsOptions } from './aws-kms-options.ts'
import { mayBeSameKey, requireKeyName } from './key-name.ts'

const PROVIDER = 'aws-kms'

/** The only algorithm of symmetric keys; said, so that an asymmetric one, which knows no context, is refused. */
const ALGORITHM = 'SYMMETRIC_DEFAULT'

/** Bytes of the longest ciphertext that KMS takes. */
const MAX_CIPHERTEXT = 6144

/**
 * A key of AWS KMS as a key of repositories: it never leaves KMS, which wraps and unwraps the repository key for whoever may
 * ask. Needs `kms:Decrypt`, for new slots `kms:Encrypt` as well. The SDK is loaded at the first call. Fails with `UsageError`
 * where the name cannot be one; its calls with `KeyServiceDeniedError`, `KeyUnusableError`, `KeyServiceFailedError`.
 *
 * ```ts
 * const repository = await Repository.open(folder('./snapshots'), { keyProvider: awsKms('alias/backups') })
 * ```
 */
export function awsKms(key: string | AwsKmsOptions): KeyProvider {
  const options = typeof key === 'string' ? { keyId: key } : key
  return new AwsKmsKeyProvider({ ...options, keyId: requireKeyName(options.keyId) })
}

class AwsKmsKeyProvider implements KeyProvider {
  readonly provider = PROVIDER
  readonly #options: AwsKmsOptions

  constructor(options: AwsKmsOptions) {
    this.#options = options
  }

  /** Decrypts what it has encrypted, so that nobody makes a slot, or a whole repository, that they may not open. */
  async wrap(key: Uint8Array, place: KeySlotPlace): Promise<WrappedKey> {
    const slot = await this.#run('encrypt', async ({ driver, client }) => {
      const { KeyId, CiphertextBlob } = await client.send(
        new driver.EncryptCommand({
          KeyId: this.#options.keyId,
          Plaintext: key,
          EncryptionContext: encryptionContext(place),
          EncryptionAlgorithm: ALGORITHM,
        }),
      )
      if (KeyId === undefined || CiphertextBlob === undefined) throw this.#contradicts()
      return {
        provider: PROVIDER,
        parameters: { keyId: KeyId },
        wrapped: Buffer.from(CiphertextBlob).toString('base64'),
      }
    })
    const opened = await this.unwrap(slot, place)
    const isSame = opened?.equals(key)
    opened?.fill(0)
    if (isSame !== true) throw this.#contradicts()
    return slot
  }

  /** Asks with the key that the user named, never with the one that the slot names: whoever can write the store could change that. */
  async unwrap({ provider, parameters, wrapped }: WrappedKey, place: KeySlotPlace): Promise<Buffer | undefined> {
    if (provider !== PROVIDER || !mayBeSameKey(this.#options.keyId, parameters.keyId)) return undefined
    const ciphertext = Buffer.from(wrapped, 'base64')
    if (ciphertext.length === 0 || ciphertext.length > MAX_CIPHERTEXT) return undefined
    return this.#run('decrypt', async ({ driver, client }) => {
      try {
        const { Plaintext } = await client.send(
          new driver.DecryptCommand({
            KeyId: this.#options.keyId,
            CiphertextBlob: ciphertext,
            EncryptionContext: encryptionContext(place),
            EncryptionAlgorithm: ALGORITHM,
          }),
        )
        return Plaintext && Buffer.from(Plaintext.buffer, Plaintext.byteOffset, Plaintext.byteLength)
      } catch (error) {
        if (isWrongKey(error)) return undefined
        throw error
      }
    })
  }

  async #run<T>(doing: string, call: (connection: KmsConnection) => Promise<T>): Promise<T> {
    try {
      return await withKms(this.#options, call)
    } catch (error) {
      throw kmsError(error, doing, this.#options.keyId)
    }
  }

  #contradicts(): KeyServiceFailedError {
    return new KeyServiceFailedError(`the AWS KMS key ${this.#options.keyId} does not decrypt what it has encrypted`, {
      hint: 'If an alias was given that is being moved to another key, run it again. Else check the endpoint.',
      data: { keyId: this.#options.keyId },
    })
  }
}

/**
 * KMS decrypts for the very same context alone, so that what was made for one slot opens no other. It stands in the clear in
 * CloudTrail, and policies may ask for it: `kms:EncryptionContext:dbsnap-repository`.
 */
function encryptionContext({ repository, slot }: KeySlotPlace): Record<string, string> {
  return { 'dbsnap-repository': repository, 'dbsnap-slot': slot }
}
