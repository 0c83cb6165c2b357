import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The server cannot be reached or the connection was lost. */
export class ConnectionFailedError extends DbSnapError {
  override readonly name = 'ConnectionFailedError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('CONNECTION_FAILED', message, options)
  }
}
