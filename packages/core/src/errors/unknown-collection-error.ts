import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** A name or pattern matches no collection. */
export class UnknownCollectionError extends DbSnapError {
  override readonly name = 'UnknownCollectionError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('UNKNOWN_COLLECTION', message, options)
  }
}
