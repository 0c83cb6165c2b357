import { InterruptedError, TargetFailedError } from '@dbsnap/core/errors'
import type {
  CollectionRoute,
  PlannedStep,
  ReadPoint,
  RecordOperation,
  RestoreRequest,
  RestoreSession,
} from '@dbsnap/core/ports'
import type { CollectionLayout } from '@dbsnap/core/values'
import { copyRecords } from './copy-records.ts'
import { plannedSteps, type RestorePlan, type SchemaStep } from './restore-plan.ts'
import { quoteName } from './quote-name.ts'
import { stagedTables } from './staged-table.ts'
import { abandonedStaging, dropStaging } from './staging-area.ts'
import { Staging } from './staging.ts'
import type { TargetConnection } from './target-connection.ts'
import { Turn } from './turn.ts'

export interface SessionParts {
  readonly request: RestoreRequest
  readonly plan: RestorePlan
  readonly current: ReadPoint
  /** Within the transaction that will be committed. */
  readonly main: TargetConnection
  readonly openSide: () => Promise<TargetConnection>
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
  readonly #parts: SessionParts
  /** Steps before the records that staging carries out. */
  readonly #staged: ReadonlySet<SchemaStep>
  /** Steps after the records whose first statement staging carries out. */
  readonly #built: ReadonlySet<SchemaStep>
  readonly #stagedTables
  /** The main connection does one thing at a time. */
  readonly #turn = new Turn()
  #prepared: Promise<void> | undefined
  #staging: Staging | undefined
  #state: 'open' | 'committed' | 'aborted' = 'open'

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.current = parts.current
    this.routes = parts.plan.routes
    this.steps = plannedSteps(parts.plan)
    this.#stagedTables = parts.mayStage ? stagedTables(parts.request, parts.plan) : []
    this.#staged = new Set(this.#stagedTables.flatMap((table) => table.steps))
    this.#built = new Set(this.#stagedTables.flatMap((table) => table.indexes.map((index) => index.step)))
  }

  async load(collection: string, records: AsyncIterable<Buffer>): Promise<void> {
    const layout = this.#layout(collection, 'load')
    await this.#prepare()
    const staged = this.#staging?.find(collection)
    const copy = (table: string) => copyStatement(table, layout, this.#parts.encoding)
    if (staged !== undefined && this.#staging !== undefined) {
      await this.#staging.load(staged, copy, records)
    } else {
      await this.#turn.take(async () => {
        const name = collection.split('.')
        await copyRecords(this.#parts.main.copyIn(copy(name.map(quoteName).join('.')), `load ${collection}`), records)
      })
    }
  }
}
