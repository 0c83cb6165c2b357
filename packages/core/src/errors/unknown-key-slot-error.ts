import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** No key slot, or more than one, has this name. */
export class UnknownKeySlotError extends DbSnapError {
  override readonly name = 'UnknownKeySlotError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('UNKNOWN_KEY_SLOT', message, options)
  }
}
