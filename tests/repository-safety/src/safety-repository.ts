import { type ObjectStore, Repository } from '@dbsnap/core'

const PASSPHRASE = 'a passphrase of the safety suites'

/** A new repository as all safety suites use it. */
export function createSafetyRepository(store: ObjectStore): Promise<Repository> {
  return Repository.create(store, { passphrase: PASSPHRASE })
}

/** Opens it anew, as another process would. */
export function openSafetyRepository(store: ObjectStore): Promise<Repository> {
  return Repository.open(store, { passphrase: PASSPHRASE })
}
