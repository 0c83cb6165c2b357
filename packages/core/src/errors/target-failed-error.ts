import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The target refused a statement; what it had done was rolled back. */
export class TargetFailedError extends DbSnapError {
  override readonly name = 'TargetFailedError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('TARGET_FAILED', message, options)
  }
}
