import type { DatabaseTarget, ReadPoint, ReadPointOptions, RestoreRequest, RestoreSession } from '@dbsnap/core/ports'
import { labelOf, type MysqlOptions, type ResolvedMysqlOptions, resolveMysqlOptions } from './mysql-options.ts'
import { openReadPoint } from './read-point/open-read-point.ts'
import { openRestore } from './restore/open-restore.ts'

/** A MySQL or MariaDB database as a source and a target. */
export class MysqlDatabase implements DatabaseTarget {
  readonly engine = 'mysql'
  readonly label: string
  readonly #options: ResolvedMysqlOptions

  constructor(options: string | MysqlOptions) {
    this.#options = resolveMysqlOptions(options)
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
 * A database of MySQL (5.7 and later) or MariaDB (10.6 and later), by URL or options. Connects to nothing yet. Fails
 * with `InvalidUrlError`.
 *
 * @example
 * const before = await repository.take(mysql('mysql://user@localhost/shop'))
 */
export function mysql(options: string | MysqlOptions): MysqlDatabase {
  return new MysqlDatabase(options)
}
