import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The target cannot hold what the snapshot has; the message names it. */
export class IncompatibleTargetError extends DbSnapError {
  override readonly name = 'IncompatibleTargetError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('INCOMPATIBLE_TARGET', message, options)
  }
}
