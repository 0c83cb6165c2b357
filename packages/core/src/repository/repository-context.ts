import type { RepositoryKeys } from '../encryption/repository-keys.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Clock, ProcessName, Randomness } from '../ports/system.ts'

/** What everything in an open repository needs. */
export interface RepositoryContext {
  readonly store: ObjectStore
  /** 16 bytes. */
  readonly repositoryId: Buffer
  readonly keys: RepositoryKeys
  readonly clock: Clock
  readonly randomness: Randomness
  /** Where this process runs, for those who look for who is at work. */
  readonly process: ProcessName
  /** Milliseconds without a sign of life after which a writer of this process may be declared dead. */
  readonly writerLease: number
}
