import type { DbSnapError } from '../../errors/dbsnap-error.ts'
import type { IndexedPack } from '../../format/index-codec.ts'
import type { DeltaHeader } from '../../format/object-header.ts'
import { copiesByPack } from '../copies-by-pack.ts'
import { placeName } from '../damage-marks.ts'
import type { ObjectCopy } from '../object-copy.ts'
import type { ObjectIndex } from '../object-index.ts'
import { isUnreadable, type PackedObjectReader } from '../packed-object-reader.ts'
import type { TrustedPacks } from '../trusted-packs.ts'
import type { CopyTable } from './copy-table.ts'

/** What is to become of a pack. */
export interface SurveyedPack extends IndexedPack {
  /** Bytes of all copies in it, and of those that stay. */
  readonly objectBytes: number
  readonly neededBytes: number
  readonly neededObjects: number
  /**
   * A delta in it rests on what may go: nobody would rest on it unread, but a check would call it damage. What is needed is moved
   * out of the pack.
   */
  readonly isUnsafe: boolean
  /** Condemned packs that hold the chosen copies of objects of which it holds others. */
  readonly heldFor: ReadonlySet<string>
}

export interface SurveyParts {
  readonly index: ObjectIndex
  readonly reader: PackedObjectReader
  readonly trusted: TrustedPacks
  readonly table: CopyTable
  /** Forgotten records are to be gone: bases that only deltas need are not kept, the deltas are moved and stored whole. */
  readonly purge: boolean
  /** Packs out of which nothing is moved: bases are kept for them in any case. */
  readonly waiting: ReadonlySet<string>
  /**
   * Copies whose chains were found broken, by place: what a writer put that was declared dead may rest on what was deleted meanwhile. Where this grows
   * the table must be made anew, with other copies chosen.
   */
  readonly broken: Map<string, DbSnapError>
  /** Throws where the work was cancelled. */
  readonly throwIfInterrupted: () => void
}

/** Follows the bases of all that is needed, then says of each pack what in it is. Reads the headers of deltas, pack by pack. */
export class PackSurvey {
  readonly #parts: SurveyParts

  constructor(parts: SurveyParts) {
    this.#parts = parts
  }

  /** Notes in the table what deltas rest on, down to whole copies. */
  async followBases(): Promise<void> {
    const { table } = this.#parts
    for await (const [, copies] of this.packs()) {
      for (const copy of copies) if (copy.version > 0 && table.stays(copy)) await this.#follow(copy)
    }
  }

  /** Every pack that is there and listed, by id. */
  async survey(): Promise<Map<string, SurveyedPack>> {
    const surveyed = new Map<string, SurveyedPack>()
    for await (const [pack, copies] of this.packs()) {
      const needed = copies.filter((copy) => this.#parts.table.stays(copy))
      surveyed.set(pack.id, {
        ...pack,
        objectBytes: bytesOf(copies),
        neededBytes: bytesOf(needed),
        neededObjects: needed.length,
        isUnsafe: needed.length > 0 && (await this.#isUnsafe(copies)),
        heldFor: new Set(copies.flatMap((copy) => this.#parts.table.condemnedChoice(copy) ?? [])),
      })
    }
    return surveyed
  }

  /** The copies of each pack (of `ids`, or all) that is there, by offset; each pack once, however many index files list it. */
  async *packs(ids?: ReadonlySet<string>): AsyncGenerator<readonly [IndexedPack, readonly ObjectCopy[]]> {
    const { index, trusted } = this.#parts
    const seen = new Set<string>()
    const isWanted = ({ id, size }: IndexedPack): boolean =>
      !seen.has(id) && trusted.sizes.get(id) === size && ids?.has(id) !== false
    for (const file of index.files) {
      const wanted = file.packs.filter(isWanted)
      if (wanted.length === 0) continue
      for (const listed of await copiesByPack(wanted, file.copies())) {
        this.#parts.throwIfInterrupted()
        seen.add(listed[0].id)
        yield listed
      }
    }
  }

  /** The object that a delta rests on. */
  async baseOf(copy: ObjectCopy): Promise<DeltaHeader> {
    // `openCopy` has compared the versions: a copy above 0 is a delta.
    return (await this.#parts.reader.openCopy(copy)).header.delta as DeltaHeader
  }

  async #follow(copy: ObjectCopy): Promise<void> {
    const { table, purge, waiting, index, broken } = this.#parts
    if (!table.follow(copy.id)) return
    if (index.isDamaged(copy)) return this.#keepDamaged(copy)
    try {
      const { base } = await this.baseOf(copy)
      if (purge && !waiting.has(copy.pack.id) && !table.isNeeded(base)) return
      const below = await table.needBelow(base, copy.version)
      if (below !== undefined) await this.#follow(below)
    } catch (error) {
      if (!isUnreadable(error)) throw error
      index.noteDamaged(copy)
      broken.set(nameOf(copy), error)
    }
  }

  /** The one copy there is cannot be read. Where a check has said so before, its pack stays as it is; else nobody knows what it rests on. */
  #keepDamaged(copy: ObjectCopy): void {
    const error = this.#parts.broken.get(nameOf(copy))
    if (error !== undefined) throw error
  }

  async #isUnsafe(copies: readonly ObjectCopy[]): Promise<boolean> {
    const { table, purge } = this.#parts
    for (const copy of copies) {
      // What stays has its base, unless bases were not kept for its sake.
      if (copy.version === 0 || (!purge && table.stays(copy))) continue
      try {
        if (!table.carries((await this.baseOf(copy)).base, copy.version)) return true
      } catch (error) {
        if (!isUnreadable(error)) throw error
        return true
      }
    }
    return false
  }
}

const nameOf = ({ pack, offset }: ObjectCopy): string => placeName({ pack: pack.id, offset })

function bytesOf(copies: readonly ObjectCopy[]): number {
  return copies.reduce((sum, { length }) => sum + length, 0)
}
