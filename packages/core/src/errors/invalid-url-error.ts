import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The text is not a database URL. The message never repeats the text: it may hold a password. */
export class InvalidUrlError extends DbSnapError {
  override readonly name = 'InvalidUrlError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('INVALID_URL', message, options)
  }
}
