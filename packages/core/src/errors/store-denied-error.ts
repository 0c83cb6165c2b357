import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The store refuses access. */
export class StoreDeniedError extends DbSnapError {
  override readonly name = 'StoreDeniedError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('STORE_DENIED', message, options)
  }
}
