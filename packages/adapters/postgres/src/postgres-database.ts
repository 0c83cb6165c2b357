import type { DatabaseTarget, ReadPoint, ReadPointOptions, RestoreRequest, RestoreSession } from '@dbsnap/core/ports'
import {
  labelOf,
  type PostgresOptions,
  type ResolvedPostgresOptions,
  resolvePostgresOptions,
} from './postgres-options.ts'
import { openReadPoint } from './read-point/open-read-point.ts'
import { openRestore } from './restore/open-restore.ts'

/** A PostgreSQL database as a source and a target. */
export class PostgresDatabase implements DatabaseTarget {
  readonly engine = 'postgres'
  readonly label: string
  readonly #options: ResolvedPostgresOptions

  constructor(options: string | PostgresOptions) {
    this.#options = resolvePostgresOptions(options)
    this.label = labelOf(this.#options)
  }

  openReadPoint(options: ReadPointOptions): Promise<ReadPoint> {
    return openReadPoint(this.#options, options)
  }

  openRestore(request: RestoreRequest): Promise<RestoreSession> {
    return openRestore(this.#options, request)
  }
}

/**
 * A PostgreSQL database (13 to 18), by URL or options. Connects to nothing yet. Fails with `InvalidUrlError`.
 *
 * @example
 * const before = await repository.take(postgres('postgres://user@localhost/shop'))
 */
export function postgres(options: string | PostgresOptions): PostgresDatabase {
  return new PostgresDatabase(options)
}
