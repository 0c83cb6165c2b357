import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** A lock was not granted in time; nothing was read or written. */
export class LockTimeoutError extends DbSnapError {
  override readonly name = 'LockTimeoutError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('LOCK_TIMEOUT', message, options)
  }
}
