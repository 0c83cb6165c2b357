import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** A key management service refuses the credentials, or what they are to do. */
export class KeyServiceDeniedError extends DbSnapError {
  override readonly name = 'KeyServiceDeniedError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('KEY_SERVICE_DENIED', message, options)
  }
}
