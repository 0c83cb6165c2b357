import type { SnapshotId } from '../values/snapshot-id.ts'
import { type CondemnedMark, readMarks } from './condemned-packs.ts'
import { readDamageMarks } from './damage-marks.ts'
import type { ObjectCopy } from './object-copy.ts'
import type { ObjectIndex } from './object-index.ts'
import type { RepositoryContext } from './repository-context.ts'
import { fileId, PACKS_PREFIX } from './repository-files.ts'

/**
 * Which packs a writer may rest on: those that are there in their full length and that no prune has condemned, as seen
 * after the writer registered itself. `docs/format/prune-protocol.md`.
 */
export class TrustedPacks {
  readonly marks: readonly CondemnedMark[]
  /** Bytes of every pack that is there, condemned or not, by id. */
  readonly sizes: ReadonlyMap<string, number>
  readonly #index: ObjectIndex
  readonly #trusted: Map<string, number>
  readonly #condemned: ReadonlySet<string>
  readonly #allThere: boolean
  #restsOnMarked = true

  private constructor(index: ObjectIndex, marks: readonly CondemnedMark[], sizes: ReadonlyMap<string, number>) {
    this.#index = index
    this.marks = marks
    this.sizes = sizes
    this.#condemned = new Set(marks.flatMap(({ packs }) => packs))
    this.#trusted = new Map([...sizes].filter(([id]) => !this.#condemned.has(id)))
    const isThere = ({ id, size }: { id: string; size: number }) => sizes.get(id) === size || this.#condemned.has(id)
    this.#allThere = index.damagedFiles.length === 0 && index.files.every((file) => file.packs.every(isThere))
  }

  /** Loads the index and what is known to be damaged, then lists condemned packs, then packs: in this order, and after the registration. */
  static async load(context: RepositoryContext, index: ObjectIndex): Promise<TrustedPacks> {
    await index.refresh()
    for (const place of (await readDamageMarks(context)).places) index.noteDamagedAt(place)
    const marks = await readMarks(context)
    const sizes = new Map<string, number>()
    for await (const { key, size } of context.store.list(PACKS_PREFIX)) {
      const id = fileId(key)
      if (id !== undefined) sizes.set(id, size)
    }
    return new TrustedPacks(index, marks, sizes)
  }

  /** Whether what the snapshots given to `restOn` name may be named again without a look at where it lies. */
  get mayReuse(): boolean {
    return !this.#isDamaged && (this.#condemned.size === 0 || !this.#restsOnMarked)
  }

  /**
   * Says which snapshots a new one rests on. Each mark was put when no root that its prune had walked needed the packs, and whoever
   * registered later rests on nothing in them; so only those in its list `before` may.
   */
  restOn(snapshots: readonly SnapshotId[]): void {
    const mayNeed = ({ before }: CondemnedMark) => before === undefined || snapshots.some((id) => before.includes(id))
    this.#restsOnMarked = this.marks.some(mayNeed)
  }

  /** Trusted packs that no readable index file lists. */
  unlisted(): { id: string; size: number }[] {
    const listed = new Set(this.#index.files.flatMap((file) => file.packs.map((pack) => pack.id)))
    return [...this.#trusted].filter(([id]) => !listed.has(id)).map(([id, size]) => ({ id, size }))
  }

  isCondemned(pack: string): boolean {
    return this.#condemned.has(pack)
  }

  /** Adds a pack that this writer put itself. */
  add(id: string, size: number): void {
    this.#trusted.set(id, size)
  }

  /** Whether the copy lies in a trusted pack and is not known to be damaged. */
  accepts(copy: ObjectCopy): boolean {
    return this.#trusted.get(copy.pack.id) === copy.pack.size && !this.#index.isDamaged(copy)
  }

  get #isDamaged(): boolean {
    return !this.#allThere || this.#index.knowsDamage
  }
}
