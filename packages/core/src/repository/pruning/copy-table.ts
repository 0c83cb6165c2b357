import { ObjectMissingError } from '../../errors/object-missing-error.ts'
import type { ObjectId } from '../../values/object-id.ts'
import { IdTable } from '../id-table.ts'
import type { ObjectCopy } from '../object-copy.ts'
import type { ObjectIndex } from '../object-index.ts'
import type { TrustedPacks } from '../trusted-packs.ts'
import type { NeededObjects } from './root-source.ts'

/** Bits beside a pack's number. */
const NEEDED = 0x80000000
const FOLLOWED = 0x40000000
const DAMAGED = 0x20000000
const NUMBER = 0x1fffffff
/** Above every version: a damaged copy is chosen only where there is no other, one in a condemned pack only before a damaged one. */
const CONDEMNED_RANK = 256
const DAMAGED_RANK = 512

/** Lower is better; what equal copies of many objects have in common is the pack, so that a whole pack is chosen, not halves of two. */
interface Rank {
  readonly rank: number
  readonly pack: number
}

/**
 * Of each object the copy that stays, and whether anything needs it: 12 bytes an object, 240 MB for 20 million. Only packs that are there in full
 * count. `docs/format/prune-protocol.md`.
 */
export class CopyTable implements NeededObjects {
  readonly #index: ObjectIndex
  readonly #trusted: TrustedPacks
  readonly #packIds: readonly string[]
  readonly #packNumbers = new Map<string, number>()
  readonly #ids: IdTable
  /** Number of the chosen copy's pack, from 1 on, with the bits above. 0: no copy. */
  readonly #packs: Uint32Array
  /** Of the chosen copies. */
  readonly #versions: Uint8Array

  private constructor(index: ObjectIndex, trusted: TrustedPacks) {
    this.#index = index
    this.#trusted = trusted
    const present = index.files.flatMap(({ packs }) => packs.filter(({ id, size }) => trusted.sizes.get(id) === size))
    this.#packIds = [...new Set(present.map(({ id }) => id))].sort()
    for (const [i, id] of this.#packIds.entries()) this.#packNumbers.set(id, i + 1)
    this.#ids = new IdTable(index.files.reduce((sum, { entries }) => sum + entries, 0))
    this.#packs = new Uint32Array(this.#ids.slots)
    this.#versions = new Uint8Array(this.#ids.slots)
  }

  /** Reads all index files. Fails with `DamagedError` where a part of one cannot be read. */
  static async load(index: ObjectIndex, trusted: TrustedPacks): Promise<CopyTable> {
    const table = new CopyTable(index, trusted)
    for (const file of index.files) for await (const copy of file.copies()) table.#offer(copy)
    return table
  }

  /** Notes that an object is needed. Resolves with whether that is new. Throws `ObjectMissingError` where there is no copy. */
  need(id: ObjectId): boolean {
    const slot = this.#slotOf(id)
    const isNew = ((this.#packs[slot] as number) & NEEDED) === 0
    this.#packs[slot] = ((this.#packs[slot] as number) | NEEDED) >>> 0
    return isNew
  }

  isNeeded(id: ObjectId): boolean {
    return (this.#valueOf(id) & NEEDED) !== 0
  }

  /** Whether it is the chosen copy of an object that is needed. */
  stays({ id, pack }: ObjectCopy): boolean {
    const value = this.#valueOf(id)
    return (value & NEEDED) !== 0 && (value & NUMBER) === this.#packNumbers.get(pack.id)
  }

  /**
   * Where the chosen copy of an object that is needed lies, if that is a condemned pack, and `copy` another one: it must not be deleted before
   * the chosen one was moved, for condemned packs go, whoever deletes them.
   */
  condemnedChoice(copy: ObjectCopy): string | undefined {
    const value = this.#valueOf(copy.id)
    if ((value & NEEDED) === 0 || this.stays(copy)) return undefined
    const pack = this.#packIds[(value & NUMBER) - 1] as string
    return this.#trusted.isCondemned(pack) ? pack : undefined
  }

  /** Whether the copy that stays of a base may carry a delta of this version. */
  carries(base: ObjectId, version: number): boolean {
    return this.isNeeded(base) && this.#versionAt(this.#slotOf(base)) < version
  }

  /**
   * Notes that a copy of `base` below `version` is needed, and chooses one that is. Resolves with it where what it rests on was not followed
   * yet; undefined where it is whole, or was. Throws `ObjectMissingError` where there is none.
   */
  async needBelow(base: ObjectId, version: number): Promise<ObjectCopy | undefined> {
    this.need(base)
    const slot = this.#slotOf(base)
    if (this.#versionAt(slot) >= version) await this.#chooseBelow(slot, base, version)
    if (this.#versionAt(slot) === 0 || ((this.#packs[slot] as number) & FOLLOWED) !== 0) return undefined
    return (await this.#index.find(base)).find((copy) => this.stays(copy))
  }

  /** Notes that what the chosen copy of an object rests on is being noted. Resolves with whether that is new. */
  follow(id: ObjectId): boolean {
    const slot = this.#slotOf(id)
    const isNew = ((this.#packs[slot] as number) & FOLLOWED) === 0
    this.#packs[slot] = ((this.#packs[slot] as number) | FOLLOWED) >>> 0
    return isNew
  }

  async #chooseBelow(slot: number, id: ObjectId, version: number): Promise<void> {
    this.#packs[slot] = NEEDED
    for (const copy of await this.#index.find(id)) if (copy.version < version) this.#offer(copy)
    if (((this.#packs[slot] as number) & NUMBER) === 0) throw missing(id)
  }

  #offer(copy: ObjectCopy): void {
    const rank = this.#rank(copy)
    if (rank === undefined) return
    const slot = this.#ids.add(copy.id)
    const value = this.#packs[slot] as number
    if ((value & NUMBER) !== 0 && !isBetter(rank, this.#chosen(slot))) return
    this.#packs[slot] = ((value & NEEDED) | (rank.rank >= DAMAGED_RANK ? DAMAGED : 0) | rank.pack) >>> 0
    this.#versions[slot] = copy.version
  }

  /** Of the copy that is chosen at a slot. */
  #chosen(slot: number): Rank {
    const value = this.#packs[slot] as number
    const pack = value & NUMBER
    const condemned = this.#trusted.isCondemned(this.#packIds[pack - 1] as string) ? CONDEMNED_RANK : 0
    return { rank: (this.#versions[slot] as number) + condemned + ((value & DAMAGED) === 0 ? 0 : DAMAGED_RANK), pack }
  }

  #rank(copy: ObjectCopy): Rank | undefined {
    const pack = this.#packNumbers.get(copy.pack.id)
    if (pack === undefined) return undefined
    const condemned = this.#trusted.isCondemned(copy.pack.id) ? CONDEMNED_RANK : 0
    const damaged = this.#index.isDamaged(copy) ? DAMAGED_RANK : 0
    return { rank: copy.version + condemned + damaged, pack }
  }

  /** Pack and bits of an object; 0 where there is no copy. */
  #valueOf(id: ObjectId): number {
    const slot = this.#ids.find(id)
    return slot === undefined ? 0 : (this.#packs[slot] as number)
  }

  #versionAt(slot: number): number {
    return this.#versions[slot] as number
  }

  #slotOf(id: ObjectId): number {
    const slot = this.#ids.find(id)
    if (slot === undefined) throw missing(id)
    return slot
  }
}

function isBetter(a: Rank, b: Rank): boolean {
  return a.rank === b.rank ? a.pack < b.pack : a.rank < b.rank
}

function missing(id: ObjectId): ObjectMissingError {
  return new ObjectMissingError(`object ${id.slice(0, 10)} is needed and cannot be found; nothing was deleted`, {
    hint: 'Run `dbsnap check` to learn which snapshots are affected. Take a snapshot, which stores what it can again, or forget them; then prune.',
    data: { id },
  })
}
