import { KeyExistsError, TargetFailedError } from '@dbsnap/core/errors'
import type {
  CollectionRoute,
  PlannedStep,
  ReadPoint,
  RecordOperation,
  RestoreRequest,
  RestoreSession,
} from '@dbsnap/core/ports'
import type { MongoConnection } from '../connection/mongo-connection.ts'
import type { ServerFacts } from '../read-point/server-facts.ts'
import { TemporaryNames } from '../schema/temporary-name.ts'
import { type CollectionPlan, stepsOf } from './collection-plan.ts'
import { CommitSteps } from './commit-steps.ts'
import { dropCollection, isTimeSeries, prepareCollection } from './prepared-collection.ts'
import { meetsPresent, type StagedChanges, stageChanges } from './staged-changes.ts'
import { UndoStack } from './undo-stack.ts'
import { type ViewPlan, viewStep } from './view-plan.ts'

/** What a restore session is made of. */
export interface RestoreSessionParts {
  readonly connection: MongoConnection
  readonly server: ServerFacts
  readonly request: RestoreRequest
  readonly plans: readonly CollectionPlan[]
  readonly views: readonly ViewPlan[]
  readonly current: ReadPoint
}

/**
 * A restore under way: everything is prepared in temporary collections beside those that are there; the commit gives them their names,
 * and carries differences out in one transaction where the server has such. MongoDB locks no collection for long: what others
 * write between plan and commit is found, not prevented.
 */
export class MongoRestoreSession implements RestoreSession {
  readonly current: ReadPoint
  readonly routes: ReadonlyMap<string, CollectionRoute>
  readonly steps: readonly PlannedStep[]
  readonly atomic: boolean
  readonly #parts: RestoreSessionParts
  readonly #plans: ReadonlyMap<string, CollectionPlan>
  readonly #names = new TemporaryNames()
  /** Every temporary collection, so that none is left. */
  readonly #temporary: string[] = []
  readonly #prepared = new Map<string, string>()
  readonly #staged = new Map<string, StagedChanges>()
  #ended = false

  constructor(parts: RestoreSessionParts) {
    this.#parts = parts
    this.current = parts.current
    this.#plans = new Map(parts.plans.map((plan) => [plan.name, plan]))
    this.routes = new Map(parts.plans.map(({ name, route }) => [name, route]))
    this.steps = [...parts.plans.flatMap(stepsOf), ...parts.views.map(viewStep)]
    this.atomic = isAtomic(parts)
  }

  async load(collection: string, records: AsyncIterable<Buffer>): Promise<void> {
    const plan = this.#expect(collection, 'load')
    const temporary = this.#newTemporary()
    await prepareCollection(this.#parts.connection, plan, temporary, records)
    this.#prepared.set(collection, temporary)
  }

  async change(collection: string, operations: AsyncIterable<RecordOperation>): Promise<void> {
    this.#expect(collection, 'change')
    const { connection, request } = this.#parts
    const staged = this.#staged.get(collection) ?? {
      name: collection,
      removes: this.#newTemporary(),
      inserts: this.#newTemporary(),
    }
    this.#staged.set(collection, staged)
    await stageChanges(connection, staged, operations)
    if (request.mode === 'append' && (await meetsPresent(connection, staged))) throw keyExists(collection)
  }

  async commit(): Promise<void> {
    if (this.#ended) throw refused('the target', 'the restore has ended')
    const { connection, server, plans, views } = this.#parts
    for (const { name, route } of plans) {
      if (route === 'load' && !this.#prepared.has(name)) throw refused(name, 'it was never loaded')
    }
    const undo = new UndoStack()
    const steps = new CommitSteps({
      connection,
      undo,
      isAtomic: this.atomic,
      hasTransactions: server.hasTransactions,
      newTemporary: () => this.#newTemporary(),
      forget: (name) => this.#forget(name),
    })
    try {
      await steps.run(plans, views, this.#prepared, this.#staged)
    } catch (error) {
      connection.shield()
      if (await undo.run()) throw error
      throw new TargetFailedError('the restore failed, and not all of it could be taken back', {
        hint: 'Restore again with the mode overwrite, or the safety snapshot.',
        cause: error,
      })
    }
    await this.#end()
  }

  async abort(): Promise<void> {
    await this.#end()
  }

  async #end(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.#parts.connection.shield()
    // Each by its own: one that cannot be dropped is left over, and takes name it.
    for (const name of this.#temporary) await dropCollection(this.#parts.connection, name).catch(() => {})
    await this.current.close()
    await this.#parts.connection.close()
  }

  #newTemporary(): string {
    const name = this.#names.next()
    this.#temporary.push(name)
    return name
  }

  #forget(name: string): void {
    const at = this.#temporary.indexOf(name)
    if (at !== -1) this.#temporary.splice(at, 1)
  }

  #expect(collection: string, route: CollectionRoute): CollectionPlan {
    const plan = this.#plans.get(collection)
    if (this.#ended) throw refused(collection, 'the restore has ended')
    if (plan?.route !== route) throw refused(collection, `its route is not ${route}`)
    return plan
  }
}

/** One collection put in its place, or all differences in one transaction, and nothing else. */
function isAtomic({ plans, views, server }: RestoreSessionParts): boolean {
  const loads = plans.filter(({ route }) => route === 'load')
  const changes = plans.length - loads.length
  const schema = plans.flatMap((plan) => (plan.route === 'change' ? stepsOf(plan) : [])).length + views.length
  if (schema > 0 || loads.some(isTimeSeries)) return false
  return loads.length === 0 ? server.hasTransactions || changes === 0 : loads.length === 1 && changes === 0
}

function refused(name: string, why: string): TargetFailedError {
  return new TargetFailedError(`${name} cannot be restored: ${why}`, { hint: 'Nothing was written.' })
}

function keyExists(collection: string): KeyExistsError {
  return new KeyExistsError(`${collection} holds an _id that was to be inserted`, {
    hint: 'Nothing was written. Restore with the mode overwrite, or remove what is there.',
    data: { collection },
  })
}
