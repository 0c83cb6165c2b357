import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** Stored bytes are cut, changed or not what they claim to be; the message names the file. */
export class DamagedError extends DbSnapError {
  override readonly name = 'DamagedError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('DAMAGED', message, options)
  }
}
