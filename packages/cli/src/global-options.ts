import { folder, Repository, UsageError } from '@dbsnap/core'
import type { Console } from './console.ts'
import { readEnvironment } from './environment.ts'
import { readSecrets, type SecretOptions } from './secrets.ts'

/** Options that every command on a repository takes. */
export interface GlobalOptions extends SecretOptions {
  readonly repo?: string
  readonly json?: boolean
}

/** The folder named by `--repo` or `DBSNAP_REPO`. */
export function repositoryFolder(options: GlobalOptions, console: Console): string {
  const path = options.repo ?? readEnvironment(console.variables).DBSNAP_REPO
  if (path !== undefined) return path
  throw new UsageError('no repository was named', { hint: 'Give --repo <folder>, or set DBSNAP_REPO.' })
}

export async function openRepository(options: GlobalOptions, console: Console): Promise<Repository> {
  const store = folder(repositoryFolder(options, console))
  return Repository.open(store, await readSecrets(options, console))
}
