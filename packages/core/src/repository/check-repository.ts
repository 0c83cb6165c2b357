import { isDbSnapError } from '../errors/dbsnap-error.ts'
import { InterruptedError } from '../errors/interrupted-error.ts'
import type { DeltaHeader } from '../format/object-header.ts'
import type { PackEntry } from '../format/pack-codec.ts'
import type { ObjectId } from '../values/object-id.ts'
import { readMarks } from './condemned-packs.ts'
import { copiesByPack } from './copies-by-pack.ts'
import { rememberDamage } from './damage-marks.ts'
import type { IndexFile } from './index-file.ts'
import { ListedObjects } from './listed-objects.ts'
import type { ObjectCopy } from './object-copy.ts'
import type { ObjectIndex } from './object-index.ts'
import { readPackDirectory } from './pack-directory.ts'
import { isUnreadable, type PackedObjectReader } from './packed-object-reader.ts'
import type { RepositoryContext } from './repository-context.ts'
import { fileId, indexFile, PACKS_PREFIX, packFile } from './repository-files.ts'
import { verifyCopy } from './sample-objects.ts'

/** One file that is not as it should be. */
export interface RepositoryDamage {
  /** Key in the store. */
  readonly file: string
  /** What is wrong, in words. */
  readonly problem: string
  /** Copies of objects that it makes unreadable. */
  readonly objects: number
}

/** Something to know that loses nothing. */
export interface RepositoryNote {
  readonly code:
    | 'UNENCRYPTED'
    | 'PACKS_WITHOUT_INDEX'
    | 'DAMAGE_NOT_REMEMBERED'
    | 'WEAK_KEY_SLOT'
    | 'UNFINISHED_KEY_REMOVAL'
  readonly message: string
}

export interface RepositoryCheck {
  readonly packs: number
  readonly indexFiles: number
  /** Copies listed by the index. */
  readonly objects: number
  /** Of those, read and verified against their ids. */
  readonly objectsRead: number
  readonly damage: readonly RepositoryDamage[]
  /** Objects of which no copy can be read, as far as they were looked at. */
  readonly lostObjects: ReadonlySet<ObjectId>
  /** Whether a readable index file lists the object, and it is not lost. */
  readonly isPresent: (id: ObjectId) => boolean
  readonly notes: readonly RepositoryNote[]
}

export interface CheckRepositoryOptions {
  /** Share of the objects to read and verify, 0 to 1. Default 0: structure only. */
  readonly readFraction?: number
  /**
   * Leaves a mark of objects that cannot be read in packs of the right size, so that the next take stores them again; with a
   * `readFraction` of 1 also removes marks of what is no longer damaged. Default false: nothing is written.
   */
  readonly remember?: boolean
  readonly signal?: AbortSignal
  /** Called after each pack with the numbers of packs done and in all. */
  readonly onPack?: (done: number, total: number) => void
}

/**
 * Checks index files against packs, that each delta's base is listed nearer to whole, and, as far as asked for, every object
 * against its id. Whether snapshots have all they need is for whoever walks their trees. Memory is that of the entries of
 * one index file, and 8 bytes an object.
 */
export class RepositoryChecker {
  readonly #context: RepositoryContext
  readonly #index: ObjectIndex
  readonly #reader: PackedObjectReader
  readonly #options: CheckRepositoryOptions
  readonly #damage: RepositoryDamage[] = []
  readonly #lost = new Set<ObjectId>()
  readonly #packs = new Map<string, number>()
  readonly #indexed = new Set<string>()
  readonly #condemned = new Set<string>()
  #listed = new ListedObjects(0)
  #done = 0
  #objects = 0
  #objectsRead = 0
  /** Share of an object that was not read yet, carried on: so that 10 % of packs with 5 objects each is 10 %. Begins anywhere: other ones each time. */
  #due: number

  /** `index` and `reader` must be fresh: what they remember would hide what the store has become. */
  constructor(
    context: RepositoryContext,
    index: ObjectIndex,
    reader: PackedObjectReader,
    options: CheckRepositoryOptions,
  ) {
    this.#context = context
    this.#index = index
    this.#reader = reader
    this.#options = options
    this.#due = (options.readFraction ?? 0) === 1 ? 0 : context.randomness.bytes(4).readUInt32BE(0) / 2 ** 32
  }

  async run(encrypted: boolean): Promise<RepositoryCheck> {
    // First: what a prune deletes while we look was condemned before.
    await this.#readMarks()
    await this.#index.refresh()
    for await (const { key, size } of this.#context.store.list(PACKS_PREFIX)) {
      const id = fileId(key)
      if (id !== undefined) this.#packs.set(id, size)
    }
    const files = this.#index.files
    await this.#listObjects(files)
    for (const file of files) await this.#checkIndexFile(file)
    if (this.#damage.length + this.#lost.size > 0 && this.#options.readFraction !== 1) await this.#checkChains(files)
    // A file whose footer is whole was told of when it had its turn.
    const unopened = this.#index.damagedFiles.filter(({ id }) => files.every((file) => file.id !== id))
    for (const { id, error } of unopened) this.#report(indexFile(id), error.message, 0)
    const remembering = this.#options.remember === true ? await this.#remember() : []
    return {
      packs: this.#packs.size,
      indexFiles: files.length + unopened.length,
      objects: this.#objects,
      objectsRead: this.#objectsRead,
      damage: this.#damage,
      lostObjects: this.#lost,
      isPresent: (id) => this.#listed.version(id) !== undefined && !this.#lost.has(id),
      notes: [...this.#notes(encrypted), ...remembering],
    }
  }

  async #readMarks(): Promise<void> {
    const marks = await readMarks(this.#context, (key, { message }) =>
      this.#report(key, `${message}; no snapshot can be taken while it lies there`, 0),
    )
    for (const { packs } of marks) for (const id of packs) this.#condemned.add(id)
  }

  async #listObjects(files: readonly IndexFile[]): Promise<void> {
    this.#listed = new ListedObjects(files.reduce((sum, { entries }) => sum + entries, 0))
    for (const file of files) {
      this.#throwIfInterrupted()
      for await (const block of readable(file.blocks())) this.#listed.addBlock(block)
    }
  }

  /** Something is lost: every delta that was not read is, to learn what rests on it. */
  async #checkChains(files: readonly IndexFile[]): Promise<void> {
    const unreadable = new Map<string, number>()
    for (const file of files) {
      for await (const copy of readable(file.copies())) {
        if (copy.version === 0 || this.#index.isDamaged(copy)) continue
        this.#throwIfInterrupted()
        if (!(await this.#verify(copy))) unreadable.set(copy.pack.id, (unreadable.get(copy.pack.id) ?? 0) + 1)
      }
    }
    for (const [id, objects] of unreadable) this.#reportPack(id, 'objects in it rest on what is lost', objects)
  }

  async #checkIndexFile(file: IndexFile): Promise<void> {
    const copies = readable(file.copies(), (problem) => this.#report(indexFile(file.id), problem, 0))
    const byPack = await copiesByPack(file.packs, copies)
    this.#objects += file.entries
    for (const [pack, copies] of byPack) {
      this.#throwIfInterrupted()
      await this.#checkPack(pack.id, pack.size, copies)
      this.#indexed.add(pack.id)
      this.#options.onPack?.(++this.#done, Math.max(this.#packs.size, this.#done))
    }
  }

  async #checkPack(id: string, indexedSize: number, copies: readonly ObjectCopy[]): Promise<void> {
    const problem = await this.#structureProblem(id, indexedSize, copies)
    if (problem !== undefined) this.#reportPack(id, problem, copies.length)
    const fraction = this.#options.readFraction ?? 0
    let unreadable = 0
    // Where the structure is broken, every object is looked at: which of them can be read in spite of it?
    for (const copy of copies) {
      this.#throwIfInterrupted()
      this.#due += problem === undefined ? fraction : 0
      const isRead = problem !== undefined || this.#due >= 1
      if (problem === undefined && isRead) this.#due -= 1
      if (isRead || !(await this.#restsOnListed(copy))) unreadable += (await this.#verify(copy)) ? 0 : 1
    }
    if (unreadable > 0 && problem === undefined) this.#reportPack(id, 'objects in it cannot be read', unreadable)
  }

  async #structureProblem(id: string, indexedSize: number, copies: readonly ObjectCopy[]): Promise<string | undefined> {
    const size = this.#packs.get(id)
    if (size === undefined) return 'it is missing'
    if (size !== indexedSize) return `it has ${size} bytes and should have ${indexedSize}`
    try {
      const entries = await readPackDirectory(this.#context, id, size)
      return sameEntries(entries, copies) ? undefined : 'its directory and the index disagree'
    } catch (error) {
      if (!isUnreadable(error)) throw error
      return error.message
    }
  }

  /** Whether a copy is whole, or a delta whose base has a copy that it may rest on. Reads deltas: what they rest on stands in them. */
  async #restsOnListed(copy: ObjectCopy): Promise<boolean> {
    if (copy.version === 0) return true
    try {
      // `openCopy` has compared the versions: a copy above 0 is a delta.
      const delta = (await this.#reader.openCopy(copy)).header.delta as DeltaHeader
      return (this.#listed.version(delta.base) ?? copy.version) < copy.version
    } catch (error) {
      if (isUnreadable(error)) return false
      throw error
    }
  }

  async #verify(copy: ObjectCopy): Promise<boolean> {
    this.#objectsRead++
    if (await verifyCopy(this.#context, this.#reader, copy, false)) return true
    this.#index.noteDamaged(copy)
    const others = await this.#index.find(copy.id)
    for (const other of others) {
      if (!this.#index.isDamaged(other) && (await verifyCopy(this.#context, this.#reader, other, false))) return false
    }
    this.#lost.add(copy.id)
    return false
  }

  /** Of packs that are gone or cut everybody learns by their size. Where no mark can be put there is a note: the next check finds the same. */
  async #remember(): Promise<RepositoryNote[]> {
    const sizes = new Map(this.#index.files.flatMap(({ packs }) => packs.map(({ id, size }) => [id, size])))
    const places = this.#index.damagedPlaces.filter(({ pack }) => this.#packs.get(pack) === sizes.get(pack))
    try {
      await rememberDamage(this.#context, places, { complete: this.#options.readFraction === 1 })
      return []
    } catch (error) {
      if (!isDbSnapError(error) || !error.code.startsWith('STORE_')) throw error
      return [{ code: 'DAMAGE_NOT_REMEMBERED', message: `What is damaged could not be noted down: ${error.message}` }]
    }
  }

  #notes(encrypted: boolean): RepositoryNote[] {
    const notes: RepositoryNote[] = []
    if (!encrypted) {
      const message = 'This repository is not encrypted: whoever reads the store reads the data.'
      notes.push({ code: 'UNENCRYPTED', message })
    }
    const orphans = [...this.#packs.keys()].filter((id) => !this.#indexed.has(id)).length
    if (orphans > 0) {
      const message = `${orphans} packs are in no index file: a take is running or was interrupted, or an index file is lost.`
      notes.push({ code: 'PACKS_WITHOUT_INDEX', message })
    }
    return notes
  }

  /** What is wrong with a condemned pack harms nobody: a prune is deleting it. Where a snapshot needs what is lost with it, that is found by its tree. */
  #reportPack(id: string, problem: string, objects: number): void {
    if (!this.#condemned.has(id)) this.#report(packFile(id), problem, objects)
  }

  #report(file: string, problem: string, objects: number): void {
    this.#damage.push({ file, problem, objects })
  }

  #throwIfInterrupted(): void {
    if (this.#options.signal?.aborted) {
      throw new InterruptedError('interrupted while checking', { hint: 'Nothing was changed. Run it again.' })
    }
  }
}

/** What an index file lists, as far as it can be read. What cannot is reported when it is the file's turn. */
async function* readable<T>(listed: AsyncIterable<T>, onDamage?: (problem: string) => void): AsyncGenerator<T> {
  try {
    yield* listed
  } catch (error) {
    if (!isUnreadable(error)) throw error
    onDamage?.(error.message)
  }
}

/** Whether directory and index, both by offset, say the same. */
function sameEntries(entries: readonly PackEntry[], copies: readonly ObjectCopy[]): boolean {
  if (entries.length !== copies.length) return false
  return entries.every((entry, i) => {
    const copy = copies[i] as ObjectCopy
    const sameObject = entry.id === copy.id && entry.kind === copy.kind && entry.version === copy.version
    return sameObject && entry.offset === copy.offset && entry.length === copy.length
  })
}
