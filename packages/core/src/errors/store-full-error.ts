import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** There is no space left where the repository lives. */
export class StoreFullError extends DbSnapError {
  override readonly name = 'StoreFullError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('STORE_FULL', message, options)
  }
}
