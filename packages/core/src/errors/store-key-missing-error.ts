import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The store has no object under this key. */
export class StoreKeyMissingError extends DbSnapError {
  override readonly name = 'StoreKeyMissingError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('STORE_KEY_MISSING', message, options)
  }
}
