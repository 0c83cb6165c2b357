import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The operation was cancelled through its `AbortSignal`. */
export class InterruptedError extends DbSnapError {
  override readonly name = 'InterruptedError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('INTERRUPTED', message, options)
  }
}
