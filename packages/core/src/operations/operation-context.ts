import type { Clock, Randomness } from '../ports/system.ts'
import type { ObjectRepository } from '../repository/object-repository.ts'

/** What every operation works with. Made once, when a repository is opened. */
export interface OperationContext {
  readonly objects: ObjectRepository
  readonly clock: Clock
  readonly randomness: Randomness
  /** Where collections without a key are sorted (encrypted). */
  readonly temporaryFolder: string
}
