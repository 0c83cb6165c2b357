import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** A snapshot is pinned, so nothing was forgotten. */
export class SnapshotPinnedError extends DbSnapError {
  override readonly name = 'SnapshotPinnedError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('SNAPSHOT_PINNED', message, options)
  }
}
