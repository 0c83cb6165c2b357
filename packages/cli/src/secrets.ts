import { readFile } from 'node:fs/promises'
import { awsKms } from '@dbsnap/aws-kms'
import { type RepositorySecrets, UsageError } from '@dbsnap/core'
import type { Console } from './console.ts'
import { readEnvironment } from './environment.ts'

/** Where the secrets of a repository are: a file or a variable, because everybody on a machine can read command lines, or a service. */
export interface SecretOptions {
  readonly passphraseFile?: string
  readonly keyFile?: string
  readonly recoveryKeyFile?: string
  /** Name of a key, which is no secret. */
  readonly awsKms?: string
}

/** Those that the options name, or else all that the environment has; of several each is tried. Empty where there is none. */
export async function readSecrets(options: SecretOptions, console: Console): Promise<RepositorySecrets> {
  const { passphraseFile, keyFile, recoveryKeyFile, awsKms: kmsKey } = options
  const named: RepositorySecrets = {
    ...(passphraseFile === undefined ? {} : { passphrase: await readLine(passphraseFile, '--passphrase-file') }),
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(recoveryKeyFile === undefined ? {} : { recoveryKey: await readLine(recoveryKeyFile, '--recovery-key-file') }),
    // The SDK is loaded when the key is asked for something.
    ...(kmsKey === undefined ? {} : { keyProvider: awsKms(kmsKey) }),
  }
  if (Object.keys(named).length > 0) return named
  const variables = readEnvironment(console.variables)
  return {
    ...(variables.DBSNAP_PASSPHRASE === undefined ? {} : { passphrase: variables.DBSNAP_PASSPHRASE }),
    ...(variables.DBSNAP_KEY_FILE === undefined ? {} : { keyFile: variables.DBSNAP_KEY_FILE }),
    ...(variables.DBSNAP_MASTER_KEY === undefined ? {} : { masterKey: variables.DBSNAP_MASTER_KEY }),
    ...(variables.DBSNAP_AWS_KMS === undefined ? {} : { keyProvider: awsKms(variables.DBSNAP_AWS_KMS) }),
    ...(variables.DBSNAP_RECOVERY_KEY === undefined ? {} : { recoveryKey: variables.DBSNAP_RECOVERY_KEY }),
  }
}

/** The text of a file; one newline at its end is no part of it. */
export async function readLine(path: string, option: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
  } catch (error) {
    throw new UsageError(`the file of ${option} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      hint: `Check the path given with ${option}.`,
    })
  }
}
