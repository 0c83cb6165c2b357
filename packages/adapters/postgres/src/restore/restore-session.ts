import { operationLines } from '@dbsnap/core/adapter'
import { InterruptedError, KeyExistsError, UsageError } from '@dbsnap/core/errors'
import type {
  CollectionRoute,
  PlannedStep,
  ReadPoint,
  RecordOperation,
  RestoreRequest,
  RestoreSession,
} from '@dbsnap/core/ports'
import type { CollectionLayout } from '@dbsnap/core/values'
import { refreshStatements, sequenceStatements } from '../schema/creation-order.ts'
import { advanceSequences } from './advance-sequences.ts'
import { applyChanges } from './apply-changes.ts'
import { type ChangeStage, createChangeStage, keyJoin } from './change-stage.ts'
import { copyRecords } from './copy-records.ts'
import { copyStatement } from './copy-statement.ts'
import { plannedSteps, type RestorePlan, type SchemaStep } from './restore-plan.ts'
import { stagedTables } from './staged-table.ts'
import { Staging } from './staging.ts'
import type { TargetConnection } from './target-connection.ts'
import { type TargetTable, targetTables } from './target-table.ts'
import { Turn } from './turn.ts'
import { WriteGuard } from './write-guard.ts'

export interface SessionParts {
  readonly request: RestoreRequest
  readonly plan: RestorePlan
  readonly current: ReadPoint
  /** Within the transaction that will be committed. */
  readonly main: TargetConnection
  readonly openSide: () => Promise<TargetConnection>
  /** A connection that an abort does not end. */
  readonly openCleaner: () => Promise<TargetConnection>
  /** The chosen tables that exist. */
  readonly tables: readonly TargetTable[]
  /** Encoding of the records' bytes, in the server's words. */
  readonly encoding: string
  /** Whether the user may make schemas, which loading beside needs. */
  readonly mayStage: boolean
  readonly now: Date
  readonly random: Buffer
}

/** A restore into PostgreSQL: everything that others see happens in one transaction of one connection. */
export class PostgresRestoreSession implements RestoreSession {
  readonly current: ReadPoint
  readonly routes: ReadonlyMap<string, CollectionRoute>
  readonly steps: readonly PlannedStep[]
  readonly atomic = true
  readonly #parts: SessionParts
  readonly #stages: ChangeStage[] = []
  /** The main connection does one thing at a time. */
  readonly #turn = new Turn()
  readonly #layouts: ReadonlyMap<string, CollectionLayout>
  /** The tables that were made for loading: their names for statements, by collection. */
  readonly #made = new Map<string, string>()
  #prepared: Promise<void> | undefined
  #staging: Staging | undefined
  #guard: WriteGuard | undefined
  #ended = false

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.current = parts.current
    this.#layouts = new Map(parts.request.collections.map((collection) => [collection.name, collection]))
    this.routes = parts.plan.routes
    this.steps = plannedSteps(parts.plan)
  }

  async load(collection: string, records: AsyncIterable<Buffer>): Promise<void> {
    const layout = this.#layout(collection, 'load')
    this.#prepared ??= this.#prepare()
    await this.#prepared
    const { main, encoding } = this.#parts
    const staged = this.#staging?.find(collection)
    if (staged !== undefined) {
      await this.#staging?.load(staged, (table) => copyStatement(table, layout, encoding), records)
      return
    }
    await this.#turn.take(async () => {
      const statement = copyStatement(this.#made.get(collection) ?? collection, layout, encoding)
      await copyRecords(main.copyIn(statement, `load ${collection}`), records)
    })
  }

  async change(collection: string, operations: AsyncIterable<RecordOperation>): Promise<void> {
    const layout = this.#layout(collection, 'change')
    const { main, tables, encoding } = this.#parts
    const table = tables.find((candidate) => candidate.collection === collection) as TargetTable
    await this.#turn.take(async () => {
      const stage = await createChangeStage(main, table, layout, this.#stages.length)
      this.#stages.push(stage)
      const lines = operationLines(operations, layout.columns.length, stage.counts)
      const statement = `COPY ${stage.sql} FROM STDIN WITH (ENCODING '${encoding}')`
      await copyRecords(main.copyIn(statement, `stage the differences of ${collection}`), lines)
    })
  }

  async commit(): Promise<void> {
    const { main, plan, request, current } = this.#parts
    this.#refuseAborted()
    if (request.mode === 'append') for (const stage of this.#stages) await this.#refuseKnownKeys(stage)
    this.#prepared ??= this.#prepare()
    await this.#prepared
    for (const stage of this.#stages) await applyChanges(main, stage)
    await this.#staging?.adopt()
    for (const step of plan.after)
      await this.#run(step, this.#staging?.hasBuilt(step) ? step.statements.slice(1) : step.statements)
    await this.#setSequences()
    await this.#guard?.release()
    for (const { sql, object } of this.#created(refreshStatements)) await main.run(sql, `refresh ${object.name}`)
    this.#refuseAborted()
    main.ignoreSignal()
    await main.commit()
    await this.#end(true)
    await current.close()
  }

  #refuseAborted(): void {
    if (this.#parts.request.signal?.aborted !== true) return
    throw new InterruptedError('the restore was cancelled', { hint: 'Nothing was changed.' })
  }

  async abort(): Promise<void> {
    if (this.#ended) return
    await this.#parts.current.close()
    await this.#parts.main.rollback()
    await this.#end(false)
  }

  /** Everything that must come before records are written. The read of the target is over: altering waits for it otherwise. */
  async #prepare(): Promise<void> {
    const { main, plan, request, current, openSide, openCleaner, now, random, mayStage } = this.#parts
    await current.close()
    const tables = mayStage ? stagedTables(request, plan) : []
    if (tables.length > 0) this.#staging = await Staging.open({ main, openSide, openCleaner, tables, now, random })
    const replaced = this.#parts.tables.filter(({ collection }) => plan.routes.get(collection) === 'load')
    this.#guard = await WriteGuard.hold(main, this.#parts.tables, replaced)
    for (const step of plan.clear) await this.#run(step, step.statements)
    const beside = new Set(tables.flatMap(({ steps }) => steps))
    for (const step of plan.before) if (!beside.has(step)) await this.#run(step, step.statements)
    const loaded = [...plan.routes.keys()].filter((name) => plan.routes.get(name) === 'load')
    for (const { collection, sql } of await targetTables(main, loaded)) this.#made.set(collection, sql)
  }

  async #run(step: SchemaStep, statements: readonly string[]): Promise<void> {
    for (const statement of statements) await this.#parts.main.run(statement, step.description)
  }

  /** New sequences stand where they stood; those of tables that were changed, past the highest value. */
  async #setSequences(): Promise<void> {
    const { main } = this.#parts
    for (const { sql, object } of this.#created(sequenceStatements)) await main.rows(sql, [], `set ${object.name}`)
    const changed = this.#stages.map(({ table }) => table.oid)
    if (changed.length > 0) await advanceSequences(main, changed)
  }

  /** Statements about objects that this restore has created. */
  #created(statementsOf: typeof sequenceStatements): ReturnType<typeof sequenceStatements> {
    const { plan, request } = this.#parts
    const created = new Set([...plan.before, ...plan.after].map(({ creates }) => creates))
    // The sequence of an identity column comes with its table, without a step of its own.
    const isLoaded = (collection: string | undefined): boolean => plan.routes.get(collection ?? '') === 'load'
    return statementsOf(request.schema, 'all').filter(
      ({ object }) => created.has(object) || isLoaded(object.collection),
    )
  }

  async #refuseKnownKeys(stage: ChangeStage): Promise<void> {
    if (stage.layout.key.length === 0) return
    const [row] = await this.#parts.main.rows(
      `SELECT count(*)::text AS count FROM ONLY ${stage.table.sql} t JOIN ${stage.sql} s ON ${keyJoin(stage)}`,
      [],
      `look for known keys in ${stage.layout.name}`,
    )
    const count = Number(row?.count)
    if (count === 0) return
    throw new KeyExistsError(`${count} of the keys to append are in ${stage.layout.name} already`, {
      hint: 'Nothing was written. Use overwrite, or append to a table without these keys.',
      data: { collection: stage.layout.name, count },
    })
  }

  #layout(collection: string, route: CollectionRoute): CollectionLayout {
    const layout = this.#layouts.get(collection)
    if (layout !== undefined && this.routes.get(collection) === route) return layout
    throw new UsageError(`${collection} is not to be restored by ${route}`, { hint: 'Follow `routes` of the session.' })
  }

  async #end(committed: boolean): Promise<void> {
    this.#ended = true
    await this.#staging?.close(committed)
    await this.#parts.main.close()
  }
}
