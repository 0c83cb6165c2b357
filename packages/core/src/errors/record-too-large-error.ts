import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** A record is above 256 MiB; `data` names collection and size. */
export class RecordTooLargeError extends DbSnapError {
  override readonly name = 'RecordTooLargeError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('RECORD_TOO_LARGE', message, options)
  }
}
