import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The target changed after the plan was made; make a new plan. */
export class TargetMovedError extends DbSnapError {
  override readonly name = 'TargetMovedError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('TARGET_MOVED', message, options)
  }
}
