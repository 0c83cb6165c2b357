import type { KeyProvider } from '../ports/key-provider.ts'
import type { Randomness } from '../ports/system.ts'
import { readKeyFile } from './key-file.ts'
import { parseMasterKey } from './master-key.ts'
import { PassphraseKeyProvider } from './passphrase-key-provider.ts'
import { RandomSecretKeyProvider } from './random-secret-key-provider.ts'
import { parseRecoveryKey } from './recovery-key.ts'

/**
 * Secrets of a repository, one a kind. Where several are given, opening tries each, and making a repository or adding makes a
 * key slot for each.
 */
export interface RepositorySecrets {
  /** What a person remembers; stretched with scrypt. */
  readonly passphrase?: string
  /** As `generateRecoveryKey` gave it; how it is typed does not matter. */
  readonly recoveryKey?: string
  /** Path of a file as `createKeyFile` makes it, closed to other users of the machine. */
  readonly keyFile?: string
  /** 32 random bytes, as 64 hex digits or base64. */
  readonly masterKey?: string
  /** Any other kind: a key management service. */
  readonly keyProvider?: KeyProvider
}

/** Providers of the given secrets. Fails with `UsageError` where one of them cannot be one; no error holds a secret. */
export async function keyProvidersOf(secrets: RepositorySecrets, randomness: Randomness): Promise<KeyProvider[]> {
  const { passphrase, recoveryKey, keyFile, masterKey, keyProvider } = secrets
  const options = { randomness }
  const providers: KeyProvider[] = []
  if (keyProvider !== undefined) providers.push(keyProvider)
  if (keyFile !== undefined) {
    providers.push(new RandomSecretKeyProvider('key-file', await readKeyFile(keyFile), options))
  }
  if (masterKey !== undefined) {
    providers.push(new RandomSecretKeyProvider('master-key', parseMasterKey(masterKey), options))
  }
  if (recoveryKey !== undefined) {
    providers.push(new RandomSecretKeyProvider('recovery-key', parseRecoveryKey(recoveryKey), options))
  }
  if (passphrase !== undefined) providers.push(new PassphraseKeyProvider(passphrase, options))
  return providers
}
