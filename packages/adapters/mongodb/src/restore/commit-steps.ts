import type { MongoConnection } from '../connection/mongo-connection.ts'
import type { DriverSession } from '../mongodb-client.ts'
import { readDocuments } from '../read-point/read-documents.ts'
import { bucketsOf } from '../schema/list-collections.ts'
import type { CollectionPlan } from './collection-plan.ts'
import { documentBatches } from './document-batches.ts'
import { insertDocuments } from './insert-documents.ts'
import {
  changeOptions,
  createCollection,
  createIndexes,
  dropCollection,
  isTimeSeries,
  optionsOf,
  renameCollection,
} from './prepared-collection.ts'
import { applyChanges, revertChanges, type StagedChanges } from './staged-changes.ts'
import type { UndoStack } from './undo-stack.ts'
import { applyView, type ViewPlan } from './view-plan.ts'

/** What a commit works with. */
export interface CommitParts {
  readonly connection: MongoConnection
  readonly undo: UndoStack
  readonly isAtomic: boolean
  readonly hasTransactions: boolean
  /** A name for what is put aside; dropped at the end. */
  newTemporary(): string
  /** A temporary collection that is none any more. */
  forget(name: string): void
}

/** What a commit does, in this order: collections get their names, indexes and options change, views, time series, differences. */
export class CommitSteps {
  readonly #parts: CommitParts

  constructor(parts: CommitParts) {
    this.#parts = parts
  }

  async run(
    plans: readonly CollectionPlan[],
    views: readonly ViewPlan[],
    prepared: ReadonlyMap<string, string>,
    staged: ReadonlyMap<string, StagedChanges>,
  ): Promise<void> {
    const loads = plans.filter(({ route }) => route === 'load')
    for (const plan of loads) {
      if (!isTimeSeries(plan)) await this.#place(plan, prepared.get(plan.name) as string)
    }
    for (const plan of plans) if (plan.route === 'change') await this.#dropIndexes(plan)
    for (const view of views) await applyView(this.#parts.connection, view, this.#parts.undo)
    for (const plan of loads) {
      if (isTimeSeries(plan)) await this.#placeTimeSeries(plan, prepared.get(plan.name) as string)
    }
    // Indexes after the differences: a unique one may hold only then. So the differences are not the last step, and can be taken back.
    await this.#change([...staged.values()])
    for (const plan of plans) if (plan.route === 'change') await this.#createIndexes(plan)
  }

  /** Gives a prepared collection its name. What is there is put aside, or where nothing else is done replaced at once. */
  async #place({ name, present }: CollectionPlan, temporary: string): Promise<void> {
    const { connection, undo, isAtomic, newTemporary, forget } = this.#parts
    if (isAtomic) await renameCollection(connection, temporary, name, present !== undefined)
    else {
      if (present !== undefined) {
        const aside = newTemporary()
        await renameCollection(connection, name, aside)
        // Until the end it is what was there, and must not be dropped with the temporary ones where taking back fails.
        undo.push(async () => {
          forget(aside)
          await renameCollection(connection, aside, name)
        })
      }
      await renameCollection(connection, temporary, name)
      undo.push(() => renameCollection(connection, name, temporary))
    }
  }

  async #dropIndexes({ name, dropIndexes, present }: CollectionPlan): Promise<void> {
    const { connection, undo } = this.#parts
    if (dropIndexes.length === 0 || present === undefined) return
    const index = dropIndexes.map((object) => object.name.slice(name.length + 1))
    undo.push(() => createIndexes(connection, name, { indexes: dropIndexes }, name))
    await connection.run({ dropIndexes: name, index }, { doing: `drop indexes of ${name}` })
  }

  async #createIndexes(plan: CollectionPlan): Promise<void> {
    const { connection, undo } = this.#parts
    const { name, wanted, present, createIndexes: indexes } = plan
    if (plan.changeOptions && present !== undefined) {
      undo.push(() => changeOptions(connection, name, present, name))
      await changeOptions(connection, name, wanted, name)
    }
    if (indexes.length === 0) return
    await createIndexes(connection, name, { indexes }, name)
    const index = indexes.map((object) => object.name.slice(name.length + 1))
    undo.push(() => connection.tryRun({ dropIndexes: name, index }, {}))
  }

  /** A time series cannot be given another name: it is made, and its buckets are written into it. */
  async #placeTimeSeries({ name, wanted, present }: CollectionPlan, temporary: string): Promise<void> {
    const { connection, undo } = this.#parts
    if (present !== undefined) {
      const aside = this.#parts.newTemporary()
      await this.#copy(name, bucketsOf(name), aside)
      undo.push(async () => {
        this.#parts.forget(aside)
        await this.#fillTimeSeries(name, present, aside)
        await dropCollection(connection, aside)
      })
      await dropCollection(connection, name)
    }
    undo.push(() => dropCollection(connection, name))
    await this.#fillTimeSeries(name, wanted, temporary)
  }

  async #fillTimeSeries(name: string, shape: CollectionPlan['wanted'], from: string): Promise<void> {
    const { connection } = this.#parts
    await createCollection(connection, name, optionsOf(connection, shape), name)
    await this.#copy(name, from, bucketsOf(name))
    await createIndexes(connection, name, shape, name)
  }

  async #copy(collection: string, from: string, stored: string): Promise<void> {
    const { connection } = this.#parts
    const documents = readDocuments({
      connection,
      collection,
      stored: from,
      averageBytes: 1024,
      collated: false,
      readConcern: undefined,
      signal: undefined,
    })
    for await (const batch of documentBatches(documents, collection)) {
      await insertDocuments(connection, { collection, stored }, batch)
    }
  }

  async #change(staged: readonly StagedChanges[]): Promise<void> {
    const { connection, undo, hasTransactions } = this.#parts
    if (staged.length === 0) return
    const revert = async (): Promise<void> => {
      for (const changes of staged) await revertChanges(connection, changes)
    }
    if (hasTransactions) {
      const session = connection.startSession()
      try {
        await this.#inTransaction(session, staged)
      } finally {
        await session.endSession()
      }
      undo.push(revert)
    } else {
      undo.push(revert)
      for (const changes of staged) await applyChanges(connection, changes, undefined)
    }
  }

  async #inTransaction(session: DriverSession, staged: readonly StagedChanges[]): Promise<void> {
    const { connection } = this.#parts
    session.startTransaction()
    try {
      for (const changes of staged) await applyChanges(connection, changes, session)
      await session.commitTransaction()
    } catch (error) {
      // It ends with its session at the latest.
      await session.abortTransaction().catch(() => {})
      throw connection.translate(error, 'write the differences')
    }
  }
}
