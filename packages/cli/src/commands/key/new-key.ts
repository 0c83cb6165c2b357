import { access } from 'node:fs/promises'
import { awsKms } from '@dbsnap/aws-kms'
import { createKeyFile, generateRecoveryKey, type RepositorySecrets, UsageError } from '@dbsnap/core'
import type { Console } from '../../console.ts'
import { readEnvironment } from '../../environment.ts'
import type { GlobalOptions } from '../../global-options.ts'
import { showRecoveryKey, writeRecoveryKey } from '../../new-recovery-key.ts'
import { readLine } from '../../secrets.ts'

/** Which secret `key add` and `key rotate` make a slot for. */
export interface NewKeyCommandOptions extends GlobalOptions {
  readonly newPassphraseFile?: string
  readonly newKeyFile?: string
  readonly newMasterKey?: boolean
  readonly newAwsKms?: string
  readonly newRecoveryKey?: boolean
  readonly recoveryKeyOut?: string
}

/**
 * The new secret: the one that the options name, or `DBSNAP_NEW_PASSPHRASE`. Called before the slot is made: a key file is on the
 * disk, and a recovery key was shown, before anything that it replaces goes.
 */
export async function newKey(options: NewKeyCommandOptions, console: Console): Promise<RepositorySecrets> {
  const { newPassphraseFile, newKeyFile, newMasterKey, newAwsKms, newRecoveryKey } = options
  const all = [newPassphraseFile, newKeyFile, newMasterKey, newAwsKms, newRecoveryKey]
  const given = all.filter((option) => option !== undefined)
  const variables = readEnvironment(console.variables)
  if (given.length > 1) throw oneSecret('several new secrets were given')
  if (newPassphraseFile !== undefined) {
    return { passphrase: await readLine(newPassphraseFile, '--new-passphrase-file') }
  }
  if (newKeyFile !== undefined) return { keyFile: await keyFileAt(newKeyFile) }
  if (newAwsKms !== undefined) return { keyProvider: awsKms(newAwsKms) }
  if (newRecoveryKey) return { recoveryKey: await recoveryKey(options, console) }
  if (newMasterKey) {
    if (variables.DBSNAP_NEW_MASTER_KEY !== undefined) return { masterKey: variables.DBSNAP_NEW_MASTER_KEY }
    throw new UsageError('there is no new master key', {
      hint: 'Set DBSNAP_NEW_MASTER_KEY to 32 random bytes in base64.',
    })
  }
  if (variables.DBSNAP_NEW_PASSPHRASE !== undefined) return { passphrase: variables.DBSNAP_NEW_PASSPHRASE }
  throw oneSecret('no new secret was given')
}

function oneSecret(message: string): UsageError {
  return new UsageError(message, {
    hint: 'Give one of --new-passphrase-file, --new-key-file, --new-master-key, --new-aws-kms and --new-recovery-key, or set DBSNAP_NEW_PASSPHRASE.',
  })
}

/** One that is there is used as it is: several repositories may share it. */
async function keyFileAt(path: string): Promise<string> {
  const there = await access(path).then(
    () => true,
    () => false,
  )
  if (!there) await createKeyFile(path)
  return path
}

async function recoveryKey(options: NewKeyCommandOptions, console: Console): Promise<string> {
  if (options.recoveryKeyOut !== undefined) return writeRecoveryKey(options.recoveryKeyOut)
  if (options.json) {
    throw new UsageError('a recovery key is not shown in JSON, which ends up in logs', {
      hint: 'Give --recovery-key-out <path>, or leave --json out.',
    })
  }
  const key = generateRecoveryKey()
  await showRecoveryKey(key, console)
  await console.out('It opens the repository as soon as this command says that it is done.\n\n')
  return key
}
