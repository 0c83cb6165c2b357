import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The place already holds a repository. */
export class RepositoryExistsError extends DbSnapError {
  override readonly name = 'RepositoryExistsError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('REPOSITORY_EXISTS', message, options)
  }
}
