import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The source returned records out of key order, or one key twice. */
export class SourceOrderError extends DbSnapError {
  override readonly name = 'SourceOrderError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('SOURCE_ORDER', message, options)
  }
}
