export * from './passphrase-key-provider.ts'
export {
  type Argon2idParameters,
  DEFAULT_ARGON2ID,
  DEFAULT_SCRYPT,
  hasArgon2,
  type PassphraseParameters,
  type ScryptParameters,
} from './passphrase-parameters.ts'
export type { RepositorySecrets } from './repository-secrets.ts'
