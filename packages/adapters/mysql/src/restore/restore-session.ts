import { objectsByCollection } from '@dbsnap/core/adapter'
import { InterruptedError, isDbSnapError, PermissionDeniedError, UsageError } from '@dbsnap/core/errors'
import type {
  CollectionRoute,
  PlannedStep,
  ReadPoint,
  RecordOperation,
  RestoreRequest,
  RestoreSession,
} from '@dbsnap/core/ports'
import type { CollectionLayout, SchemaObject } from '@dbsnap/core/values'
import type { MysqlConnection } from '../connection/mysql-connection.ts'
import type { DefinerPolicy } from '../definer-policy.ts'
import { alterTogether } from '../schema/alter-together.ts'
import { readTables, type TableFacts } from '../schema/table-facts.ts'
import { quoteName } from '../sql-text.ts'
import { applyStage, type ChangeStage, fillStage, refuseKnownKeys } from './change-stage.ts'
import { withDefiner } from './definer.ts'
import { dropStatement } from './drop-statement.ts'
import { foreignKeyOf, verifyForeignKey } from './foreign-keys.ts'
import { indexChanges } from './index-changes.ts'
import { loadRecords } from './load-records.ts'
import type { RestorePlan } from './restore-plan.ts'
import { createStaging, dropStaging } from './staging.ts'
import { UndoList } from './undo-list.ts'

export interface SessionParts {
  readonly request: RestoreRequest
  readonly plan: RestorePlan
  readonly current: ReadPoint
  /** Within the transaction that holds the locks. */
  readonly main: MysqlConnection
  /** A connection that an abort does not end, where asked for. */
  readonly openSide: (use: 'load' | 'clear up') => Promise<MysqlConnection>
  /** The chosen tables that exist. */
  readonly tables: ReadonlyMap<string, TableFacts>
  /** All objects of the target. */
  readonly target: ReadonlyMap<string, SchemaObject>
  readonly way: 'load data' | 'insert'
  readonly definer: DefinerPolicy
  /** Name of the staging database. */
  readonly staging: string
  /**
   * Name of the database that replaced tables are moved to: not the staging one, for MySQL has the names of checks once in
   * each database.
   */
  readonly aside: string
}

/**
 * A restore into MySQL or MariaDB. Tables are loaded beside and renamed to their place together; differences are written in
 * one transaction. What else has to be done to the schema cannot be part of either: it is taken back where it fails.
 */
export class MysqlRestoreSession implements RestoreSession {
  readonly current: ReadPoint
  readonly routes: ReadonlyMap<string, CollectionRoute>
  readonly steps: readonly PlannedStep[]
  readonly atomic: boolean
  readonly #parts: SessionParts
  readonly #layouts: ReadonlyMap<string, CollectionLayout>
  /** The snapshot's schema objects, by collection. */
  readonly #owned: ReadonlyMap<string, readonly SchemaObject[]>
  readonly #stages: ChangeStage[] = []
  readonly #loaded = new Set<string>()
  readonly #undo = new UndoList()
  #prepared: Promise<void> | undefined
  #staged = false
  #ended = false

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.current = parts.current
    this.routes = parts.plan.routes
    this.steps = parts.plan.steps
    this.atomic = isAtomic(parts.plan)
    this.#layouts = new Map(parts.request.collections.map((collection) => [collection.name, collection]))
    this.#owned = objectsByCollection(parts.request.schema.objects)
  }

  /** Whether `commit` or `abort` has ended it. */
  get ended(): boolean {
    return this.#ended
  }

  /** Tables that nobody else can write while it lasts. */
  get held(): ReadonlySet<string> {
    const { request, tables } = this.#parts
    if (request.mode === 'create') return new Set()
    return new Set([...tables.values()].filter(({ engine }) => engine === 'InnoDB').map(({ name }) => name))
  }

  async load(collection: string, records: AsyncIterable<Buffer>): Promise<void> {
    const layout = this.#layout(collection, 'load')
    await this.#prepare()
    const { openSide, staging, way } = this.#parts
    const side = await openSide('load')
    try {
      await side.run(`load ${collection}`, 'SET SESSION foreign_key_checks = 0, unique_checks = 0')
      const own = this.#owned.get(collection) ?? []
      const table = `${quoteName(staging)}.${quoteName(collection)}`
      const create = own.find(({ kind }) => kind === 'table')?.statements[0] ?? ''
      await side.run(`create table ${collection}`, `USE ${quoteName(staging)}`)
      await side.run(`create table ${collection}`, this.#withSequences(create))
      const facts = (await readTables(side, staging, collection)).find(({ name }) => name === collection)
      const columns = layout.columns.map(({ name }) => facts?.columns.find((column) => column.name === name))
      await loadRecords(
        { connection: side, table, columns: columns.filter((column) => column !== undefined), collection, way },
        records,
      )
      const indexes = own.filter(({ kind, section }) => kind === 'index' && section === 'post-data')
      if (indexes.length > 0) {
        await side.run(`create the indexes of ${collection}`, alterTogether(indexes))
      }
      this.#loaded.add(collection)
    } catch (error) {
      this.#refuseAborted()
      throw error
    } finally {
      await side.close()
    }
  }

  async change(collection: string, operations: AsyncIterable<RecordOperation>): Promise<void> {
    const layout = this.#layout(collection, 'change')
    await this.#prepare()
    const { openSide, staging, tables, way } = this.#parts
    const facts = tables.get(collection) as TableFacts
    const columns = layout.columns.flatMap(({ name }) => facts.columns.filter((column) => column.name === name))
    const sql = `${quoteName(staging)}.${quoteName(`change ${this.#stages.length}`)}`
    const stage = { sql, layout, columns, counts: { insert: 0, remove: 0 } }
    this.#stages.push(stage)
    const side = await openSide('load')
    try {
      await fillStage(side, stage, way, operations)
    } catch (error) {
      this.#refuseAborted()
      throw error
    } finally {
      await side.close()
    }
  }

  async commit(): Promise<void> {
    const { main, request, current, openSide } = this.#parts
    this.#refuseAborted()
    await current.close()
    await this.#prepare()
    if (request.mode === 'append') for (const stage of this.#stages) await refuseKnownKeys(main, stage)
    const side = await openSide('clear up')
    try {
      await main.run('prepare to write', 'SET SESSION foreign_key_checks = 0')
      await side.run('prepare to write', 'SET SESSION foreign_key_checks = 0')
      for (const stage of this.#stages) await applyStage(main, side, stage)
      await this.#verifyForeignKeys(side)
      this.#refuseAborted()
      await this.#publish(side)
    } finally {
      await side.close()
    }
    await this.#end()
  }

  async abort(): Promise<void> {
    if (this.#ended) return
    await this.#parts.current.close()
    await this.#end()
  }

  /** From here on everything is seen by others; a failure takes it back. */
  async #publish(side: MysqlConnection): Promise<void> {
    const { main, plan } = this.#parts
    // What the transaction has locked nobody can rename or alter before it ends.
    await main.run('commit', 'COMMIT')
    const isApart = ({ kind }: SchemaObject): boolean => kind !== 'index'
    const gone = [...this.#triggersOfReplaced(), ...plan.rehung, ...plan.drop.filter(isApart)]
    for (const object of gone) await this.#drop(side, object)
    for (const { table, statement, undo } of indexChanges(plan.drop, plan.after)) {
      await side.run(`change the indexes of ${table}`, statement)
      this.#undo.add(undo)
    }
    await this.#rename(side)
    for (const object of plan.after.filter(isApart)) await this.#create(side, object)
    for (const object of plan.rehung) await this.#create(side, object)
    this.#undo.forget()
  }

  async #rename(side: MysqlConnection): Promise<void> {
    const { plan, staging, aside } = this.#parts
    const within = (database: string, name: string) => `${quoteName(database)}.${quoteName(name)}`
    const away = [...plan.replaced].map((name) => [quoteName(name), within(aside, name)] as const)
    const into = [...this.#loaded].map((name) => [within(staging, name), quoteName(name)] as const)
    const moves = [...away, ...into]
    if (moves.length === 0) return
    const statement = (pairs: readonly (readonly [string, string])[]) =>
      `RENAME TABLE ${pairs.map(([from, to]) => `${from} TO ${to}`).join(', ')}`
    await side.run('move the tables to their place', statement(moves))
    this.#undo.add(statement(moves.reverse().map(([from, to]) => [to, from])))
  }

  async #create(side: MysqlConnection, object: SchemaObject): Promise<void> {
    const doing = `create ${object.kind} ${object.name}`
    try {
      for (const statement of object.statements) {
        await side.run(doing, this.#withSequences(withDefiner(statement, this.#parts.definer)))
      }
    } catch (error) {
      if (object.kind !== 'view' || !isBrokenView(error)) throw error
      const message = `view ${object.name} is left out: it names what is not there, as it did when the snapshot was taken`
      this.#parts.request.onWarning({ code: 'OBJECT_LEFT_OUT', message })
      return
    }
    const drop = dropStatement(object)
    if (drop !== undefined) this.#undo.add(drop)
  }

  async #drop(side: MysqlConnection, object: SchemaObject): Promise<void> {
    const statement = dropStatement(object)
    if (statement === undefined) return
    await side.run(`drop ${object.kind} ${object.name}`, statement)
    this.#undo.add(...object.statements)
  }

  /** A table with triggers cannot be renamed into another database. */
  #triggersOfReplaced(): SchemaObject[] {
    const { target, plan } = this.#parts
    return [...target.values()].filter(
      ({ kind, collection }) => kind === 'trigger' && plan.replaced.has(collection ?? ''),
    )
  }

  /** Those of the written tables, and those of others that refer to them. */
  async #verifyForeignKeys(side: MysqlConnection): Promise<void> {
    const { main, request, plan, target, staging } = this.#parts
    const written = new Set([...this.#loaded, ...this.#stages.map(({ layout }) => layout.name)])
    const left = new Set(plan.after.map(({ name }) => name))
    const ours = request.schema.objects.filter(
      (object) => this.#loaded.has(object.collection ?? '') && left.has(object.name),
    )
    const theirs = [...target.values()].filter((object) => !plan.replaced.has(object.collection ?? ''))
    const dropped = new Set(plan.drop.map(({ name }) => name))
    const added = plan.after.filter((object) => !this.#loaded.has(object.collection ?? ''))
    for (const object of [...ours, ...theirs.filter(({ name }) => !dropped.has(name)), ...added]) {
      const key = foreignKeyOf(object)
      if (key === undefined || !(written.has(key.table) || written.has(key.referenced))) continue
      // What the transaction has changed it alone sees; on what it has not looked at it holds no lock that a renaming waits for.
      const isChanged = this.routes.get(key.table) === 'change' || this.routes.get(key.referenced) === 'change'
      await verifyForeignKey(isChanged ? main : side, key, (table) =>
        this.#loaded.has(table) ? `${quoteName(staging)}.${quoteName(table)}` : quoteName(table),
      )
    }
  }

  /** Once, before the first records: the staging database, and what tables need to be made. */
  #prepare(): Promise<void> {
    this.#prepared ??= this.#prepareOnce()
    return this.#prepared
  }

  async #prepareOnce(): Promise<void> {
    const { main, openSide, plan, staging, aside } = this.#parts
    const side = await openSide('load')
    try {
      this.#staged = true
      await createStaging(main, side, staging).catch(explainStaging)
      if (plan.replaced.size > 0) await createStaging(main, side, aside)
      for (const object of plan.before) {
        await this.#create(side, object)
        if (object.kind !== 'database') continue
        const before = this.#parts.target.get('database:charset')
        if (before !== undefined) this.#undo.add(...before.statements)
      }
    } finally {
      await side.close()
    }
  }

  /** Tables are made in another database than the sequences they name. */
  #withSequences(statement: string): string {
    const database = quoteName(this.#parts.current.facts.database)
    return statement.replace(/((?:next|last)val\()(?=`)/g, `$1${database}.`)
  }

  #refuseAborted(): void {
    if (this.#parts.request.signal?.aborted !== true) return
    throw new InterruptedError('the restore was cancelled', { hint: 'Nothing was changed.' })
  }

  #layout(collection: string, route: CollectionRoute): CollectionLayout {
    const layout = this.#layouts.get(collection)
    if (layout !== undefined && this.routes.get(collection) === route) return layout
    throw new UsageError(`${collection} is not to be restored by ${route}`, { hint: 'Follow `routes` of the session.' })
  }

  /** Ends the transaction; takes back what is not committed; drops the staging database. */
  async #end(): Promise<void> {
    this.#ended = true
    const { main, openSide, staging, aside } = this.#parts
    if (!main.ended) await main.run('end the restore', 'ROLLBACK').catch(() => {}) // the connection is lost, and so is the transaction
    if (this.#staged) {
      const cleaner = await openSide('clear up')
      try {
        await cleaner.run('clear up', 'SET SESSION foreign_key_checks = 0')
        await this.#undo.run(cleaner)
        // Best effort: the next restore finds the databases abandoned and drops them.
        for (const database of [staging, aside]) await dropStaging(cleaner, database).catch(() => {})
      } finally {
        await cleaner.close()
      }
    }
    await main.close()
  }
}

/** One transaction, or one renaming, is all or nothing; both, or more about the schema, are not. */
function isAtomic({ routes, steps, replaced, before, after }: RestorePlan): boolean {
  const changes = [...routes.values()].filter((route) => route === 'change').length
  if (changes === routes.size) return steps.length === 0
  return changes === 0 && replaced.size === 0 && before.length === 0 && after.length === 0
}

/** The server lets a view stand whose tables are gone, and does not let it be made. */
function isBrokenView(error: unknown): boolean {
  return isDbSnapError(error) && [1054, 1146, 1305, 1356].includes(Number(error.data.errno))
}

function explainStaging(error: unknown): never {
  if (!isDbSnapError(error) || error.code !== 'PERMISSION_DENIED') throw error
  throw new PermissionDeniedError(error.message, {
    hint: 'Tables are loaded beside: grant CREATE, ALTER, DROP, INSERT, SELECT and INDEX on `dbsnap\\_restore\\_%`.* to this user.',
    data: error.data,
    cause: error,
  })
}
