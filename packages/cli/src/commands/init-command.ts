import { generateRecoveryKey, Repository, UsageError } from '@dbsnap/core'
import { isS3Url } from '@dbsnap/s3'
import type { Console } from '../console.ts'
import { EXIT } from '../exit-codes.ts'
import { type GlobalOptions, repositoryPlace, repositoryStore } from '../global-options.ts'
import { showRecoveryKey, writeRecoveryKey } from '../new-recovery-key.ts'
import { readSecrets } from '../secrets.ts'

export interface InitCommandOptions extends GlobalOptions {
  readonly unencrypted?: boolean
  /** False with `--no-recovery-key`. */
  readonly recoveryKey?: boolean
  readonly recoveryKeyOut?: string
}

export async function initCommand(options: InitCommandOptions, console: Console): Promise<number> {
  const store = repositoryStore(options, console)
  const given = repositoryPlace(options, console)
  // Of a bucket its label: the URL has settings in it.
  const place = isS3Url(given) ? store.label : given
  const encrypted = options.unencrypted !== true
  const secrets = await readSecrets(options, console)
  if (encrypted && Object.keys(secrets).length === 0) {
    throw new UsageError('a new repository needs a passphrase', {
      hint: 'Set DBSNAP_PASSPHRASE or give --passphrase-file (or --key-file, --aws-kms); --unencrypted if everybody who has the folder may read the data.',
    })
  }
  const recoveryKey = encrypted && secrets.recoveryKey === undefined ? await newRecoveryKey(options) : undefined
  const keys = recoveryKey === undefined ? secrets : { ...secrets, recoveryKey }
  const repository = await Repository.create(store, encrypted ? keys : { unencrypted: true })
  await repository.close()
  if (options.json) {
    await console.out(`${JSON.stringify({ repository: place, encrypted, recoveryKey: recoveryKey !== undefined })}\n`)
    return EXIT.done
  }
  await console.out(`Made a repository in ${place}.\n`)
  if (recoveryKey !== undefined && options.recoveryKeyOut === undefined) await showRecoveryKey(recoveryKey, console)
  if (encrypted) console.message('Keep its secrets safe: without any of them nobody can read the snapshots.\n')
  return EXIT.done
}

/** None where it would have to stand in JSON, which ends up in logs. */
async function newRecoveryKey(options: InitCommandOptions): Promise<string | undefined> {
  if (options.recoveryKeyOut !== undefined) return writeRecoveryKey(options.recoveryKeyOut)
  return options.recoveryKey === false || options.json ? undefined : generateRecoveryKey()
}
