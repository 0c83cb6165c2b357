import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** Records would be removed or overwritten and nobody confirmed it. */
export class ConfirmationRequiredError extends DbSnapError {
  override readonly name = 'ConfirmationRequiredError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('CONFIRMATION_REQUIRED', message, options)
  }
}
