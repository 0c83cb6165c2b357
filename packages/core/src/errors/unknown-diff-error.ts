import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** No stored diff, or more than one, has this name. */
export class UnknownDiffError extends DbSnapError {
  override readonly name = 'UnknownDiffError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('UNKNOWN_DIFF', message, options)
  }
}
