import type { DatabaseTarget, ReadPoint, ReadPointOptions, RestoreRequest, RestoreSession } from '@dbsnap/core/ports'
import { type MongoOptions, type ResolvedMongoOptions, resolveMongoOptions } from './mongodb-options.ts'
import { openReadPoint } from './read-point/open-read-point.ts'
import { openRestore } from './restore/open-restore.ts'

/** A MongoDB database as a source and a target. */
export class MongoDatabase implements DatabaseTarget {
  readonly engine = 'mongodb'
  readonly label: string
  readonly #options: ResolvedMongoOptions

  constructor(options: string | MongoOptions) {
    this.#options = resolveMongoOptions(options)
    this.label = this.#options.label
  }

  openReadPoint(options: ReadPointOptions): Promise<ReadPoint> {
    return openReadPoint(this.#options, options)
  }

  openRestore(request: RestoreRequest): Promise<RestoreSession> {
    return openRestore(this.#options, request)
  }
}

/**
 * A MongoDB database, by URL or options. Connects to nothing yet. Fails with `InvalidUrlError`.
 *
 * @example
 * const before = await repository.take(mongodb('mongodb://localhost:27017/shop'))
 */
export function mongodb(options: string | MongoOptions): MongoDatabase {
  return new MongoDatabase(options)
}
