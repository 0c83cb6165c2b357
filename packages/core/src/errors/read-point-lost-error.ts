import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** The server cancelled the consistent read. */
export class ReadPointLostError extends DbSnapError {
  override readonly name = 'ReadPointLostError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('READ_POINT_LOST', message, options)
  }
}
