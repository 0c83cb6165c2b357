import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The server has no database of this name. */
export class UnknownDatabaseError extends DbSnapError {
  override readonly name = 'UnknownDatabaseError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('UNKNOWN_DATABASE', message, options)
  }
}
