import { folder, type ObjectStore, Repository, UsageError } from '@dbsnap/core'
import { isS3Url, s3 } from '@dbsnap/s3'
import { type CacheOptions, chooseCache } from './cache-choice.ts'
import type { Console } from './console.ts'
import { readEnvironment } from './environment.ts'
import { readSecrets, type SecretOptions } from './secrets.ts'

/** Options that every command on a repository takes. */
export interface GlobalOptions extends SecretOptions, CacheOptions {
  readonly repo?: string
  readonly json?: boolean
}

/** The folder or the URL of a bucket that `--repo` or `DBSNAP_REPO` names. */
export function repositoryPlace(options: GlobalOptions, console: Console): string {
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

export async function openRepository(options: GlobalOptions, console: Console): Promise<Repository> {
  const cache = chooseCache(repositoryPlace(options, console), options, console)
  return Repository.open(repositoryStore(options, console), { ...(await readSecrets(options, console)), ...cache })
}
