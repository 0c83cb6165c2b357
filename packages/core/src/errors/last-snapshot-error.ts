import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** A source would be left without any good snapshot, so nothing was forgotten. */
export class LastSnapshotError extends DbSnapError {
  override readonly name = 'LastSnapshotError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('LAST_SNAPSHOT', message, options)
  }
}
