import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** An object that a snapshot needs is not in the repository. */
export class ObjectMissingError extends DbSnapError {
  override readonly name = 'ObjectMissingError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('OBJECT_MISSING', message, options)
  }
}
