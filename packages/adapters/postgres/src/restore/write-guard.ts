import { addForeignKey, dropForeignKey, type ForeignKey, foreignKeysOf, verifyForeignKey } from './foreign-keys.ts'
import { beginHoldOff, type HoldOff, holdOffTriggers } from './hold-off-triggers.ts'
import type { TargetConnection } from './target-connection.ts'
import type { TargetTable } from './target-table.ts'

/**
 * Keeps triggers, rules and foreign keys of tables from acting while their records are written: nothing cascades.
 * `release` puts them back and makes sure that every foreign key holds.
 */
export class WriteGuard {
  readonly #main: TargetConnection
  readonly #held: HoldOff
  readonly #enable: readonly string[]
  /** To be verified in place, and to be added again. */
  readonly #kept: readonly ForeignKey[]
  readonly #dropped: readonly ForeignKey[]

  private constructor(
    main: TargetConnection,
    held: HoldOff,
    enable: readonly string[],
    kept: readonly ForeignKey[],
    dropped: readonly ForeignKey[],
  ) {
    this.#main = main
    this.#held = held
    this.#enable = enable
    this.#kept = kept
    this.#dropped = dropped
  }

  /** `replaced`: tables that will be dropped and made anew; foreign keys of others that point to them go meanwhile. */
  static async hold(
    main: TargetConnection,
    tables: readonly TargetTable[],
    replaced: readonly TargetTable[],
  ): Promise<WriteGuard | undefined> {
    if (tables.length === 0) return undefined
    const held = await beginHoldOff(main)
    const changed = tables.filter((table) => !replaced.includes(table))
    const enable = await holdOffTriggers(
      main,
      held,
      changed.map(({ oid }) => oid),
    )
    const keys = await foreignKeysOf(
      main,
      tables.map(({ oid }) => oid),
    )
    const isReplaced = (name: string): boolean => replaced.some(({ sql }) => sql === name)
    const kept: ForeignKey[] = []
    const dropped: ForeignKey[] = []
    for (const key of keys) {
      // The table's own foreign keys go and come with it.
      if (isReplaced(key.table)) continue
      if (held === 'replica' && !isReplaced(key.referenced)) kept.push(key)
      else dropped.push(key)
    }
    for (const key of dropped) await dropForeignKey(main, key)
    return new WriteGuard(main, held, enable, kept, dropped)
  }

  async release(): Promise<void> {
    for (const key of this.#dropped) await addForeignKey(this.#main, key)
    for (const key of await this.#present()) await verifyForeignKey(this.#main, key)
    for (const statement of this.#enable) await this.#main.run(statement, 'enable triggers again')
    if (this.#held === 'replica') await this.#main.run('SET LOCAL session_replication_role = origin')
  }

  /** A foreign key that the plan itself dropped or replaced has been verified by the server when it was added. */
  async #present(): Promise<ForeignKey[]> {
    const names = await this.#main.rows(
      `SELECT k.conname AS name, pg_catalog.format('%I.%I', n.nspname, c.relname) AS "table"
         FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'f'`,
    )
    return this.#kept.filter((key) => names.some(({ name, table }) => name === key.name && table === key.table))
  }
}
