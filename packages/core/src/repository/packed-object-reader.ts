import { DamagedError } from '../errors/damaged-error.ts'
import { type DbSnapError, isDbSnapError } from '../errors/dbsnap-error.ts'
import { ObjectMissingError } from '../errors/object-missing-error.ts'
import type { ObjectReader } from '../ports/object-access.ts'
import { freeBacking, freeBuffer, ownCopy } from '../values/free-buffer.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { ObjectKind } from '../values/object-kind.ts'
import { BoundedCache } from './bounded-cache.ts'
import type { CopyFilter, ObjectCopy } from './object-copy.ts'
import { decodeObject, type OpenedObject, openObject } from './object-decoder.ts'
import type { ObjectIndex } from './object-index.ts'
import type { PackReader } from './pack-reader.ts'
import { readThrough } from './read-through.ts'
import type { RepositoryContext } from './repository-context.ts'
import { packFile } from './repository-files.ts'

/** Bytes of plaintexts kept: nodes on the way down a tree, and the bases that several deltas rest on. */
const PLAINTEXT_CACHE_BYTES = 8 * 1024 * 1024

/** Bytes. Larger chunks are seldom bases, and one would push out many others. */
const LARGEST_KEPT_CHUNK = 512 * 1024

/** Milliseconds within which a second look at the list of index files is not worth it. */
const REFRESH_PAUSE = 2000

const ANY_COPY: CopyFilter = () => true
/** Above every delta version. */
const ANY_VERSION = 256

/** How a copy is read. */
export interface ReadingOptions {
  /** Which copies may be rested on. Default: any. */
  readonly accept?: CopyFilter
  /** From the store itself, past all that is kept in memory or on this machine, and so all that it rests on. Default false. */
  readonly direct?: boolean
}

/** A plaintext in memory. */
interface Kept {
  readonly bytes: Buffer
  readonly copy: ObjectCopy
  /** Whether the copy was kept on this machine, or need not be. */
  isOnThisMachine: boolean
}

/** Reads objects out of packs, found through the index. */
export class PackedObjectReader implements ObjectReader {
  readonly #context: RepositoryContext
  readonly #index: ObjectIndex
  readonly #packs: PackReader
  readonly #plaintexts = new BoundedCache<Kept>(PLAINTEXT_CACHE_BYTES, ({ bytes }) => freeBuffer(bytes))
  #refreshedAt = Number.NEGATIVE_INFINITY

  constructor(context: RepositoryContext, index: ObjectIndex, packs: PackReader) {
    this.#context = context
    this.#index = index
    this.#packs = packs
  }

  /** Reads; where it cannot, perhaps another process has added or merged index files since we looked. */
  async read(kind: ObjectKind, id: ObjectId): Promise<Buffer> {
    try {
      return await this.readBelow(kind, id, ANY_VERSION)
    } catch (error) {
      if (!isUnreadable(error) || !(await this.#refreshAgain())) throw error
      return this.readBelow(kind, id, ANY_VERSION)
    }
  }

  /**
   * As `read`, through copies with a version below `below` that are accepted, all the way down the chain. Versions
   * fall at each step, so this ends whatever the repository holds.
   */
  async readBelow(kind: ObjectKind, id: ObjectId, below: number, options: ReadingOptions = {}): Promise<Buffer> {
    const cached = this.#kept(kind, id, options)
    if (cached !== undefined) return Buffer.from(cached.bytes)
    const { accept = ANY_COPY } = options
    let failure: DbSnapError | undefined
    for await (const copy of this.#index.search(id)) {
      if (!usable(copy, kind, below) || !accept(copy)) continue
      try {
        const plaintext = await this.readCopy(copy, options, below < ANY_VERSION)
        this.#keep(copy, plaintext, below < ANY_VERSION)
        return plaintext
      } catch (error) {
        if (!isUnreadable(error)) throw error
        this.#index.noteDamaged(copy)
        failure ??= error
      }
    }
    throw failure === undefined ? missing(kind, id, this.#index) : unreadable(kind, id, failure)
  }

  /** The plaintext of one copy. `isBase`: a delta rests on it. */
  async readCopy(copy: ObjectCopy, options: ReadingOptions = {}, isBase = false): Promise<Buffer> {
    const opened = await this.openCopy(copy, options.direct, isBase)
    const { delta, encoding } = opened.header
    let base: Buffer | undefined
    if (delta !== undefined) {
      const kept = this.#kept(copy.kind, delta.base, options)
      if (kept !== undefined) {
        // Used before anything else can run and free it, so that it need not be a copy.
        const plaintext = decodeObject(copy, opened, kept.bytes)
        await this.#keepOnThisMachine(kept)
        return plaintext
      }
      base = await this.readBelow(copy.kind, delta.base, delta.version, options)
    }
    const plaintext = decodeObject(copy, opened, base)
    if (encoding !== 'plain') freeBacking(opened.payload)
    if (base !== undefined) freeBacking(base)
    return plaintext
  }

  /**
   * Header and payload of one copy. On this machine are kept nodes and the like, deltas, and what a delta rests on: small, or wanted
   * by every take and diff.
   */
  async openCopy(copy: ObjectCopy, direct = false, isBase = false): Promise<OpenedObject> {
    const { pack, offset, length } = copy
    return readThrough({
      copies: direct ? undefined : this.#context.localCopies,
      name: `${packFile(pack.id)}-${offset}`,
      keep: copy.kind !== 'chunk' || copy.version > 0 || isBase,
      fetch: () => (direct ? this.#packs.readDirectly(pack, offset, length) : this.#packs.read(pack, offset, length)),
      open: (sealed) => openObject(this.#context, this.#packs, copy, sealed),
    })
  }

  /** What is in memory says nothing about where it came from. */
  #kept(kind: ObjectKind, id: ObjectId, { accept, direct }: ReadingOptions): Kept | undefined {
    return accept === undefined && direct !== true ? this.#plaintexts.get(`${kind}/${id}`) : undefined
  }

  /**
   * Keeps a copy, so that the caller may free its own: to copy 128 KiB takes 10 µs, to read it again 300. Not of a chunk
   * that was a delta: few others rest on it, and a diff of a million chunks would copy each for nothing. Nor of a segment of a
   * large record, on which nothing rests. Nor of a document, 12 MB for 10 000 tables, which is read from end to end.
   */
  #keep(copy: ObjectCopy, plaintext: Buffer, isBase: boolean): void {
    const { kind, id, version } = copy
    if (kind === 'document' || (kind === 'chunk' && (version > 0 || plaintext.length > LARGEST_KEPT_CHUNK))) return
    const kept = { bytes: ownCopy(plaintext), copy, isOnThisMachine: isBase || kind !== 'chunk' }
    this.#plaintexts.set(`${kind}/${id}`, kept, plaintext.length)
  }

  /** What was first read for itself, and then turned out to be a base. It is probably still in a window. */
  async #keepOnThisMachine(kept: Kept): Promise<void> {
    if (kept.isOnThisMachine || this.#context.localCopies === undefined) return
    kept.isOnThisMachine = true
    const { payload } = await this.openCopy(kept.copy, false, true)
    freeBacking(payload)
  }

  async #refreshAgain(): Promise<boolean> {
    const now = this.#context.clock.monotonic()
    if (now - this.#refreshedAt < REFRESH_PAUSE) return false
    const changed = await this.#index.refresh()
    if (!changed) this.#refreshedAt = now
    return changed
  }
}

function usable(copy: ObjectCopy, kind: ObjectKind, below: number): boolean {
  return copy.kind === kind && copy.version < below
}

/** Whether another copy may do where this one failed so. */
export function isUnreadable(error: unknown): error is DbSnapError {
  return isDbSnapError(error) && ['DAMAGED', 'STORE_KEY_MISSING', 'OBJECT_MISSING'].includes(error.code)
}

function missing(kind: ObjectKind, id: ObjectId, index: ObjectIndex): ObjectMissingError {
  const damagedFile = index.damagedFiles[0]
  return new ObjectMissingError(`${kind} ${id.slice(0, 10)} is in no readable index file`, {
    hint:
      damagedFile === undefined
        ? 'Run `dbsnap check` to learn which snapshots are affected.'
        : `Index file ${damagedFile.id} is damaged: rebuild the index from the packs, then run \`dbsnap check\`.`,
    data: { kind, id },
  })
}

function unreadable(kind: ObjectKind, id: ObjectId, cause: DbSnapError): DamagedError {
  return new DamagedError(`${kind} ${id.slice(0, 10)} cannot be read: ${cause.message}`, {
    hint: cause.hint,
    data: { kind, id },
    cause,
  })
}
