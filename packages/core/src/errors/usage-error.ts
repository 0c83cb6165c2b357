import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** An argument or option is missing, unknown or contradicts another. */
export class UsageError extends DbSnapError {
  override readonly name = 'UsageError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('USAGE', message, options)
  }
}
