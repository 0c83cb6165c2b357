import { type CondemnedMark, putMark } from '../condemned-packs.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { CONDEMNED_PREFIX } from '../repository-files.ts'
import { listRootNames } from '../root-names.ts'
import { declareDead, isRegistered, listWriters, type RegisteredWriter } from '../writer-list.ts'
import type { WriterRegistration } from '../writer-registration.ts'
import { DEFAULT_GRACE, type PendingPacks, type PrunePacksOptions } from './prune-report.ts'

/** Where listings lag, what was put may be missing for as long; design: ten times that, and a day at least. */
const LAGS = 10
const DAY = 24 * 60 * 60 * 1000

/** Brings marks forward: lists who may rest on their packs, waits for those, lets the grace period pass. Ages are by the store's clock alone. */
export class MarkProgress {
  readonly #context: RepositoryContext
  readonly #registration: WriterRegistration | undefined
  readonly #now: Date
  readonly #grace: number
  readonly #lag: number
  #writers: readonly RegisteredWriter[] = []

  private constructor(
    context: RepositoryContext,
    registration: WriterRegistration | undefined,
    now: Date,
    { grace = DEFAULT_GRACE }: PrunePacksOptions,
  ) {
    this.#context = context
    this.#registration = registration
    this.#now = now
    this.#lag = (context.store.listingLag ?? 0) * LAGS
    this.#grace = this.#lag === 0 ? grace : Math.max(grace, this.#lag, DAY)
  }

  /** A dry run, which puts nothing, has only its own clock. */
  static async begin(
    context: RepositoryContext,
    registration: WriterRegistration | undefined,
    options: PrunePacksOptions,
  ): Promise<MarkProgress> {
    const now = registration === undefined ? context.clock.now() : await registration.seen()
    const progress = new MarkProgress(context, registration, now, options)
    progress.#writers = await progress.#others()
    return progress
  }

  /** Brings each as far as it can be now. Declares writers dead that are silent for longer than their lease. */
  async advance(marks: readonly CondemnedMark[]): Promise<CondemnedMark[]> {
    const advanced: CondemnedMark[] = []
    for (const mark of marks) {
      if (this.#registration === undefined) advanced.push(mark)
      else if (mark.before === undefined) advanced.push(await this.listBefore(mark, new Set()))
      else advanced.push(await this.#wait(mark))
    }
    return advanced
  }

  /**
   * P4: who may rest on the packs is who is registered now, after the mark was put, and every root that was not walked before. A listing that lags is
   * trusted only when the mark is old enough.
   */
  async listBefore(mark: CondemnedMark, walked: ReadonlySet<string>): Promise<CondemnedMark> {
    if (this.#age(mark) < this.#lag) return mark
    const writers = (await this.#others()).map(({ id }) => id)
    const roots = (await listRootNames(this.#context)).filter((id) => !walked.has(id))
    return this.#put(mark, [...new Set([...writers, ...roots])], writers)
  }

  /** Whether nobody is waited for, and the grace period is over. What was published after its roots were walked must be walked first. */
  isDue(mark: CondemnedMark): boolean {
    return mark.waiting?.length === 0 && this.#age(mark) >= this.#grace
  }

  outlook({ waiting, modified }: CondemnedMark): Pick<PendingPacks, 'waitingFor' | 'due'> {
    const waitingFor = this.#writers.filter(({ id }) => waiting === undefined || waiting.includes(id))
    return waiting?.length === 0 ? { waitingFor, due: new Date(modified.getTime() + this.#grace) } : { waitingFor }
  }

  /** P5. */
  async #wait(mark: CondemnedMark): Promise<CondemnedMark> {
    const { before = [], waiting = [] } = mark
    if (waiting.length === 0) return mark
    const left: string[] = []
    for (const id of waiting) {
      const writer = this.#writers.find((writer) => writer.id === id)
      if (writer?.expired === true) await declareDead(this.#context, writer.id)
      else if (writer !== undefined || (await isRegistered(this.#context, id))) left.push(id)
    }
    return left.length === waiting.length ? mark : this.#put(mark, before, left)
  }

  async #put({ id, packs }: CondemnedMark, before: readonly string[], waiting: string[]): Promise<CondemnedMark> {
    await putMark(this.#context, id, { packs, before, waiting })
    return { id, packs, before, waiting, modified: await this.#modified(id) }
  }

  /** All writers but this prune. */
  async #others(): Promise<RegisteredWriter[]> {
    const writers = await listWriters(this.#context, this.#now)
    return writers.filter(({ id }) => id !== this.#registration?.id)
  }

  async #modified(id: string): Promise<Date> {
    return (await this.#context.store.stat(CONDEMNED_PREFIX + id))?.modified ?? this.#now
  }

  #age({ modified }: CondemnedMark): number {
    return Math.max(0, this.#now.getTime() - modified.getTime())
  }
}
