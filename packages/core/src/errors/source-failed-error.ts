import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The source could not be read to its end. */
export class SourceFailedError extends DbSnapError {
  override readonly name = 'SourceFailedError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('SOURCE_FAILED', message, options)
  }
}
