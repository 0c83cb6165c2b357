import type { DatabaseTarget, ReadPoint, ReadPointOptions, RestoreRequest, RestoreSession } from '@dbsnap/core/ports'
import { labelOf, type MysqlOptions, type ResolvedMysqlOptions, resolveMysqlOptions } from './mysql-options.ts'
import { openReadPoint } from './read-point/open-read-point.ts'
import { openRestore } from './restore/open-restore.ts'
import type { MysqlRestoreSession } from './restore/restore-session.ts'

/** A MySQL or MariaDB database as a source and a target. */
export class MysqlDatabase implements DatabaseTarget {
  readonly engine = 'mysql'
  readonly label: string
  readonly #options: ResolvedMysqlOptions
  /** Restores of ours under way: what they have locked nobody writes, so a read of it needs no lock. */
  readonly #sessions = new Set<MysqlRestoreSession>()

  constructor(options: string | MysqlOptions) {
    this.#options = resolveMysqlOptions(options)
    this.label = labelOf(this.#options)
  }

  openReadPoint(options: ReadPointOptions): Promise<ReadPoint> {
    const held = new Set<string>()
    for (const session of this.#sessions) {
      if (session.ended) this.#sessions.delete(session)
      else for (const table of session.held) held.add(table)
    }
    return openReadPoint(this.#options, options, held)
  }

  async openRestore(request: RestoreRequest): Promise<RestoreSession> {
    const session = await openRestore(this.#options, request)
    this.#sessions.add(session)
    return session
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
