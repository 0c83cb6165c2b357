import { readFile } from 'node:fs/promises'
import { folder, type ObjectStore, Repository, UsageError } from '@dbsnap/core'
import { isS3Url, s3 } from '@dbsnap/s3'
import type { Console } from './console.ts'
import { readEnvironment } from './environment.ts'

/** Options that every command on a repository takes. */
export interface GlobalOptions {
  readonly repo?: string
  readonly passphraseFile?: string
  readonly json?: boolean
}

/** The folder or the URL of a bucket that `--repo` or `DBSNAP_REPO` names. */
function repositoryPlace(options: GlobalOptions, console: Console): string {
  const path = options.repo ?? readEnvironment(console.variables).DBSNAP_REPO
  if (path !== undefined) return path
  throw new UsageError('no repository was named', { hint: 'Give --repo <folder or s3:// URL>, or set DBSNAP_REPO.' })
}

/** Where the repository lies. The SDK of S3 is not loaded before the first call. */
export function repositoryStore(options: GlobalOptions, console: Console): ObjectStore {
  const place = repositoryPlace(options, console)
  return isS3Url(place) ? s3(place) : folder(place)
}

/** The folder that was named; undefined where it is a bucket. */
export function repositoryFolder(options: GlobalOptions, console: Console): string | undefined {
  const place = repositoryPlace(options, console)
  return isS3Url(place) ? undefined : place
}

/** From `--passphrase-file` (one trailing newline is no part of it) or `DBSNAP_PASSPHRASE`; undefined where there is none. */
export async function readPassphrase(options: GlobalOptions, console: Console): Promise<string | undefined> {
  if (options.passphraseFile === undefined) return readEnvironment(console.variables).DBSNAP_PASSPHRASE
  try {
    return (await readFile(options.passphraseFile, 'utf8')).replace(/\r?\n$/, '')
  } catch (error) {
    throw new UsageError(`the passphrase file cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      hint: 'Check the path given with --passphrase-file.',
    })
  }
}

export async function openRepository(options: GlobalOptions, console: Console): Promise<Repository> {
  const store = repositoryStore(options, console)
  const passphrase = await readPassphrase(options, console)
  return Repository.open(store, passphrase === undefined ? {} : { passphrase })
}
