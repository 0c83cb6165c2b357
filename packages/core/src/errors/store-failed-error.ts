import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The store could not be read or written. */
export class StoreFailedError extends DbSnapError {
  override readonly name = 'StoreFailedError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('STORE_FAILED', message, options)
  }
}
