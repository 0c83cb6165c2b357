import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** A prefix fits more than one snapshot; `data.candidates` lists them. */
export class AmbiguousSnapshotError extends DbSnapError {
  override readonly name = 'AmbiguousSnapshotError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('AMBIGUOUS_SNAPSHOT', message, options)
  }
}
