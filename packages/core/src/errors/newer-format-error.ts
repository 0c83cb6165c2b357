import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The repository was written by a newer DBSnap; `data` has both versions. */
export class NewerFormatError extends DbSnapError {
  override readonly name = 'NewerFormatError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('NEWER_FORMAT', message, options)
  }
}
