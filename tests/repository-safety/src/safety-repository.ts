import { randomBytes } from 'node:crypto'
import { type ObjectStore, type OpenRepositoryOptions, PassphraseKeyProvider, Repository } from '@dbsnap/core'

/** Cheap to open, because these suites open a repository thousands of times: all but the cost is as everywhere. */
const keyProvider = new PassphraseKeyProvider('a passphrase of the safety suites', {
  randomness: { bytes: randomBytes },
  parameters: { algorithm: 'scrypt', N: 16, r: 8, p: 1 },
})

/** A new repository as all safety suites use it. */
export function createSafetyRepository(store: ObjectStore): Promise<Repository> {
  return Repository.create(store, { keyProvider })
}

/** Opens it anew, as another process would. */
export function openSafetyRepository(
  store: ObjectStore,
  options: Pick<OpenRepositoryOptions, 'writerLease'> = {},
): Promise<Repository> {
  return Repository.open(store, { keyProvider, ...options })
}
