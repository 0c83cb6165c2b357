import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The key at a key management service is disabled, being deleted, gone or of the wrong kind. */
export class KeyUnusableError extends DbSnapError {
  override readonly name = 'KeyUnusableError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('KEY_UNUSABLE', message, options)
  }
}
