import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** After the restore a diff still found differences. */
export class RestoreUnprovenError extends DbSnapError {
  override readonly name = 'RestoreUnprovenError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('RESTORE_UNPROVEN', message, options)
  }
}
