import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** Without this key slot none might be left that opens the repository; it was not removed. */
export class LastKeySlotError extends DbSnapError {
  override readonly name = 'LastKeySlotError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('LAST_KEY_SLOT', message, options)
  }
}
