import { readFile } from 'node:fs/promises'
import { folder, Repository, UsageError } from '@dbsnap/core'
import type { Console } from './console.ts'
import { readEnvironment } from './environment.ts'

/** Options that every command on a repository takes. */
export interface GlobalOptions {
  readonly repo?: string
  readonly passphraseFile?: string
  readonly json?: boolean
}

/** The folder named by `--repo` or `DBSNAP_REPO`. */
export function repositoryFolder(options: GlobalOptions, console: Console): string {
  const path = options.repo ?? readEnvironment(console.variables).DBSNAP_REPO
  if (path !== undefined) return path
  throw new UsageError('no repository was named', { hint: 'Give --repo <folder>, or set DBSNAP_REPO.' })
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
  const store = folder(repositoryFolder(options, console))
  const passphrase = await readPassphrase(options, console)
  return Repository.open(store, passphrase === undefined ? {} : { passphrase })
}
