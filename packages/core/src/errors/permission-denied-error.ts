import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The user may not read or write something that was chosen; the message names it. */
export class PermissionDeniedError extends DbSnapError {
  override readonly name = 'PermissionDeniedError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('PERMISSION_DENIED', message, options)
  }
}
