import { readCondemnedPacks } from './condemned-packs.ts'
import type { ObjectCopy } from './object-copy.ts'
import type { ObjectIndex } from './object-index.ts'
import type { RepositoryContext } from './repository-context.ts'
import { fileId, PACKS_PREFIX } from './repository-files.ts'

/**
 * Which packs a writer may rest on: those that are there in their full length and that no prune has condemned, as seen
 * after the writer registered itself. `docs/format/prune-protocol.md`.
 */
export class TrustedPacks {
  readonly #index: ObjectIndex
  readonly #sizes: Map<string, number>
  readonly #allThere: boolean

  private constructor(index: ObjectIndex, sizes: Map<string, number>, allThere: boolean) {
    this.#index = index
    this.#sizes = sizes
    this.#allThere = allThere
  }

  /**
   * Some listed pack is missing, cut or condemned, or some object is known to be damaged: a delta's chain may be broken
   * though its own pack is trusted, and a snapshot may name what is not there.
   */
  get chainsMayBeBroken(): boolean {
    return !this.#allThere || this.#index.knowsDamage
  }

  /** Lists condemned packs, then packs. The index must have been loaded before. */
  static async load(context: RepositoryContext, index: ObjectIndex): Promise<TrustedPacks> {
    const condemned = await readCondemnedPacks(context)
    const sizes = new Map<string, number>()
    for await (const { key, size } of context.store.list(PACKS_PREFIX)) {
      const id = fileId(key)
      if (id !== undefined && !condemned.has(id)) sizes.set(id, size)
    }
    const sound = index.files.every((file) => file.packs.every((pack) => sizes.get(pack.id) === pack.size))
    return new TrustedPacks(index, sizes, sound && index.damagedFiles.length === 0)
  }

  /** Trusted packs that no readable index file lists. */
  unlisted(): { id: string; size: number }[] {
    const listed = new Set(this.#index.files.flatMap((file) => file.packs.map((pack) => pack.id)))
    return [...this.#sizes].filter(([id]) => !listed.has(id)).map(([id, size]) => ({ id, size }))
  }

  /** Adds a pack that this writer put itself. */
  add(id: string, size: number): void {
    this.#sizes.set(id, size)
  }

  /** Whether the copy lies in a trusted pack and is not known to be damaged. */
  accepts(copy: ObjectCopy): boolean {
    return this.#sizes.get(copy.pack.id) === copy.pack.size && !this.#index.isDamaged(copy)
  }
}
