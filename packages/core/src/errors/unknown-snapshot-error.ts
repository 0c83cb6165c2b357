import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** No snapshot has this name. */
export class UnknownSnapshotError extends DbSnapError {
  override readonly name = 'UnknownSnapshotError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('UNKNOWN_SNAPSHOT', message, options)
  }
}
