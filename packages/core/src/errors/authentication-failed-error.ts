import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The server refused the user or the password. */
export class AuthenticationFailedError extends DbSnapError {
  override readonly name = 'AuthenticationFailedError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('AUTHENTICATION_FAILED', message, options)
  }
}
