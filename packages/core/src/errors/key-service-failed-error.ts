import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** A key management service could not be reached, or gave no answer that helps. */
export class KeyServiceFailedError extends DbSnapError {
  override readonly name = 'KeyServiceFailedError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('KEY_SERVICE_FAILED', message, options)
  }
}
