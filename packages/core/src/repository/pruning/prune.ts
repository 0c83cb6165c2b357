import type { CompressionSettings } from '../../compression/compression-settings.ts'
import { DamagedError } from '../../errors/damaged-error.ts'
import type { DbSnapError } from '../../errors/dbsnap-error.ts'
import { StoreFailedError } from '../../errors/store-failed-error.ts'
import { throwIfInterrupted } from '../../errors/throw-if-interrupted.ts'
import { adoptPacks } from '../adopt-packs.ts'
import { type CondemnedMark, putMark, readMarks, removeMark } from '../condemned-packs.ts'
import { forgetDamage } from '../damage-marks.ts'
import { dropFromIndex } from '../drop-from-index.ts'
import type { ObjectIndex } from '../object-index.ts'
import { isUnreadable, type PackedObjectReader } from '../packed-object-reader.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { FILE_ID_BYTES, packFile } from '../repository-files.ts'
import { TrustedPacks } from '../trusted-packs.ts'
import type { WriterRegistration } from '../writer-registration.ts'
import { CopyTable } from './copy-table.ts'
import { MarkProgress } from './mark-progress.ts'
import { type Moved, ObjectMover } from './move-objects.ts'
import { PackSurvey, type SurveyedPack } from './pack-survey.ts'
import { DEFAULT_MAX_UNUSED, type PackAmount, type PrunePacksOptions, type PruneReport } from './prune-report.ts'
import type { Root, RootSource } from './root-source.ts'

/** Packs deleted at a time. */
const DELETED_AT_ONCE = 8

export interface PruneParts {
  readonly context: RepositoryContext
  readonly index: ObjectIndex
  readonly reader: PackedObjectReader
  /** Absent in a dry run, which writes nothing. */
  readonly registration?: WriterRegistration
  readonly roots: RootSource
  readonly compression: CompressionSettings
  readonly packBytes: number
  readonly options: PrunePacksOptions
}

const NOTHING_MOVED: Moved = { packs: new Set(), objects: 0, bytes: 0 }

/**
 * One run: brings marks that stand forward, finds what is needed, moves that out of packs which are mostly unneeded, marks what is
 * left over, deletes what was marked long enough ago. May end anywhere; the next run goes on. `docs/format/prune-protocol.md` names the
 * steps (P1 to P9) and says why nothing is lost.
 */
export class Prune {
  readonly #parts: PruneParts
  readonly #options: PrunePacksOptions

  constructor(parts: PruneParts) {
    this.#parts = parts
    this.#options = parts.options
  }

  /** Fails with `StoreFailedError` where another process has changed meanwhile what was being read. */
  async run(): Promise<PruneReport> {
    const { index } = this.#parts
    await index.refresh()
    try {
      return await this.#run()
    } catch (error) {
      if (!isUnreadable(error) || !(await index.refresh())) throw error
      throw new StoreFailedError('another process has changed the repository meanwhile; nothing is lost', {
        hint: 'Run it again: it goes on.',
        cause: error,
      })
    }
  }

  async #run(): Promise<PruneReport> {
    const { context, registration, index, options } = this.#parts
    const progress = await MarkProgress.begin(context, registration, options)
    const old = await progress.advance(await readMarks(context))
    options.onPhase?.('finding what is needed')
    const roots = await this.#parts.roots.list()
    const trusted = await this.#trust()
    const missing = missingOf(index, trusted)
    const due = old.filter((mark) => progress.isDue(mark))
    const pending = old.filter((mark) => !due.includes(mark))
    const [isWaiting, isDue] = [packsOf(pending), packsOf(due)]
    const { table, survey } = await this.#findNeeded(trusted, roots, isWaiting)
    const packs = await survey.survey()
    // A condemned pack goes, even where it is needed again: somebody who was declared dead may still be about to delete it.
    const isMoved = (pack: SurveyedPack) => !isWaiting.has(pack.id) && (isDue.has(pack.id) || this.#isWorthMoving(pack))
    const moving = [...packs.values()].filter((pack) => pack.neededObjects > 0 && isMoved(pack))
    const moved = await this.#move(survey, table, new Set(moving.map(({ id }) => id)))
    this.#requirePurged(moving, moved)
    const isUnneeded = (id: string): boolean => (packs.get(id)?.neededObjects ?? 0) === 0 || moved.packs.has(id)
    const marked = packsOf(old)
    const fresh = [...trusted.sizes.keys()].filter((id) => !marked.has(id) && isUnneeded(id))
    const known = new Set(trusted.marks.map(({ id }) => id))
    const mark = await this.#condemn(progress, fresh, known, new Set(roots.map(({ id }) => id)))
    // Of a mark that was only just put, roots that were published meanwhile were not walked.
    if (mark !== undefined) (mark.before?.length === 0 && progress.isDue(mark) ? due : pending).push(mark)
    const isHeld = (id: string): boolean => [...(packs.get(id)?.heldFor ?? [])].some((other) => !moved.packs.has(other))
    const deleted = [...packsOf(due)].filter((id) => isUnneeded(id) && !isHeld(id))
    const spared = [...isDue].filter((id) => (packs.get(id)?.neededObjects ?? 0) > 0)
    await this.#delete(due, deleted, new Set([...deleted, ...missing]))
    const amount = (ids: Iterable<string>) => amountOf(ids, trusted.sizes)
    return {
      dryRun: registration === undefined,
      before: amount(trusted.sizes.keys()),
      deleted: amount(deleted),
      spared: amount(spared),
      moved: { packs: moved.packs.size, objects: moved.objects, bytes: moved.bytes },
      pending: pending.map((pending) => ({ ...amount(pending.packs), ...progress.outlook(pending) })),
    }
  }

  /** As every writer does (W1), after the roots were listed: whatever they name is in the index that is read now. */
  async #trust(): Promise<TrustedPacks> {
    const { context, index, registration } = this.#parts
    const trusted = await TrustedPacks.load(context, index)
    if (registration !== undefined) await adoptPacks(context, index, trusted.unlisted())
    return trusted
  }

  /** P2. Once more where copies turned out to be broken, and as long as there are others. */
  async #findNeeded(
    trusted: TrustedPacks,
    roots: readonly Root[],
    waiting: ReadonlySet<string>,
  ): Promise<{ table: CopyTable; survey: PackSurvey }> {
    const { index, reader } = this.#parts
    const purge = this.#options.purge ?? false
    const throwIfInterrupted = this.#throwIfInterrupted.bind(this)
    const broken = new Map<string, DbSnapError>()
    for (;;) {
      const known = broken.size
      const table = await CopyTable.load(index, trusted)
      for (const root of roots) {
        throwIfInterrupted()
        await root.name(table)
      }
      const survey = new PackSurvey({ index, reader, trusted, table, purge, waiting, broken, throwIfInterrupted })
      await survey.followBases()
      if (broken.size === known) return { table, survey }
    }
  }

  /** What a delta rests on may only go where the delta was moved. */
  #requirePurged(moving: readonly SurveyedPack[], moved: Moved): void {
    if (this.#options.purge !== true || moving.every(({ id }) => moved.packs.has(id))) return
    throw new DamagedError('what rests on forgotten records cannot be read and stored whole; nothing was deleted', {
      hint: 'Run `dbsnap check --read-data` to learn what is affected, or prune without purging.',
    })
  }

  /** Whether what is needed of a pack is worth moving, or must be. */
  #isWorthMoving({ objectBytes, neededBytes, isUnsafe }: SurveyedPack): boolean {
    const { purge = false, maxUnused = purge ? 0 : DEFAULT_MAX_UNUSED } = this.#options
    return isUnsafe || objectBytes - neededBytes > maxUnused * objectBytes
  }

  async #move(survey: PackSurvey, table: CopyTable, ids: ReadonlySet<string>): Promise<Moved> {
    const { context, index, reader, compression, packBytes, registration } = this.#parts
    if (registration === undefined) return { ...NOTHING_MOVED, packs: ids }
    if (ids.size === 0) return NOTHING_MOVED
    this.#options.onPhase?.('moving')
    const { signal } = this.#options
    const mover = new ObjectMover({ context, index, reader, table, compression, packBytes, signal })
    try {
      for await (const [{ id }, copies] of survey.packs(ids)) await mover.move(id, copies)
      return await mover.finish()
    } finally {
      await mover.settle()
    }
  }

  /**
   * P3 and P4. Roots that were walked rest on nothing in the packs, because all that they need lies elsewhere: unless another prune, whose mark
   * was not known, has condemned that at the same time.
   */
  async #condemn(
    progress: MarkProgress,
    packs: readonly string[],
    known: ReadonlySet<string>,
    walked: ReadonlySet<string>,
  ): Promise<CondemnedMark | undefined> {
    const { context, registration } = this.#parts
    if (packs.length === 0) return undefined
    const id = context.randomness.bytes(FILE_ID_BYTES).toString('hex')
    if (registration === undefined) return { id, packs, waiting: [], before: [], modified: context.clock.now() }
    this.#options.onPhase?.('marking')
    await registration.require()
    await putMark(context, id, { packs })
    const isAlone = (await readMarks(context)).every((mark) => mark.id === id || known.has(mark.id))
    const mark = { id, packs, modified: await registration.seen() }
    return progress.listBefore(mark, isAlone ? walked : new Set())
  }

  /**
   * P7: index files without the packs, then the packs, then the index once more, for somebody may have listed them meanwhile; last the
   * marks. What could not be deleted stays marked.
   */
  async #delete(due: readonly CondemnedMark[], packs: readonly string[], unlisted: ReadonlySet<string>): Promise<void> {
    const { context, index, registration } = this.#parts
    if (registration === undefined) return
    if (due.length > 0 || unlisted.size > 0) this.#options.onPhase?.('deleting')
    await dropFromIndex(context, index, unlisted)
    for (let at = 0; at < packs.length; at += DELETED_AT_ONCE) {
      this.#throwIfInterrupted()
      // One that slept past its lease must not go on with what it knew before.
      await registration.require()
      await Promise.all(packs.slice(at, at + DELETED_AT_ONCE).map((id) => context.store.delete(packFile(id))))
    }
    await dropFromIndex(context, index, unlisted)
    const gone = new Set(packs)
    if (gone.size > 0) await forgetDamage(context, gone)
    for (const { id, modified: _, ...list } of due) {
      const left = list.packs.filter((pack) => !gone.has(pack))
      if (left.length === 0) await removeMark(context, id)
      else if (left.length < list.packs.length) await putMark(context, id, { ...list, packs: left })
    }
  }

  #throwIfInterrupted(): void {
    throwIfInterrupted(this.#options.signal, 'pruning')
  }
}

function packsOf(marks: readonly CondemnedMark[]): Set<string> {
  return new Set(marks.flatMap(({ packs }) => packs))
}

/** Packs that the index lists and that were not there: all that is needed was found elsewhere. */
function missingOf(index: ObjectIndex, { sizes }: TrustedPacks): string[] {
  return index.files.flatMap(({ packs }) => packs.flatMap(({ id }) => (sizes.has(id) ? [] : [id])))
}

function amountOf(ids: Iterable<string>, sizes: ReadonlyMap<string, number>): PackAmount {
  let [packs, bytes] = [0, 0]
  for (const id of ids) {
    const size = sizes.get(id)
    if (size === undefined) continue
    packs++
    bytes += size
  }
  return { packs, bytes }
}
