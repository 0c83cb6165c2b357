import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The place holds no repository. */
export class NotARepositoryError extends DbSnapError {
  override readonly name = 'NotARepositoryError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('NOT_A_REPOSITORY', message, options)
  }
}
