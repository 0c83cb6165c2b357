import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** This Node.js lacks something DBSnap needs. */
export class UnsupportedRuntimeError extends DbSnapError {
  override readonly name = 'UnsupportedRuntimeError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('UNSUPPORTED_RUNTIME', message, options)
  }
}
