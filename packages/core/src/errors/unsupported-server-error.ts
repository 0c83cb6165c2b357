import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The server, its version or a pooler before it cannot do what is needed. */
export class UnsupportedServerError extends DbSnapError {
  override readonly name = 'UnsupportedServerError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('UNSUPPORTED_SERVER', message, options)
  }
}
