import type { KeyObject } from 'node:crypto'
import { deriveFileKey } from '../encryption/repository-keys.ts'
import { isDbSnapError } from '../errors/dbsnap-error.ts'
import type { IndexedPack } from '../format/index-codec.ts'
import { BoundedCache } from './bounded-cache.ts'
import { PackWindows } from './pack-windows.ts'
import type { RepositoryContext } from './repository-context.ts'
import { packFile } from './repository-files.ts'

/** Keys of packs kept; deriving one takes 20 µs. */
const KEPT_KEYS = 1024

/** Reads pieces of packs. */
export class PackReader {
  readonly #context: RepositoryContext
  readonly #windows = new PackWindows((pack, offset, length) => this.readDirectly(pack, offset, length))
  readonly #keys = new BoundedCache<KeyObject>(KEPT_KEYS)

  constructor(context: RepositoryContext) {
    this.#context = context
  }

  /** The key of a pack. */
  key(packId: string): KeyObject {
    const known = this.#keys.get(packId)
    if (known !== undefined) return known
    const key = deriveFileKey(this.#context.keys.data, Buffer.from(packId, 'hex'), 'pack')
    this.#keys.set(packId, key, 1)
    return key
  }

  /** Exactly these bytes. Fails with `DamagedError` or `StoreKeyMissingError` where the pack is short or gone. */
  async read(pack: IndexedPack, offset: number, length: number): Promise<Buffer> {
    if (!this.#windows.takes(length) || offset + length > pack.size) return this.readDirectly(pack, offset, length)
    try {
      return await this.#windows.read(pack, offset, length)
    } catch (error) {
      // The pack is cut somewhere in the window: perhaps behind what is wanted.
      if (isDbSnapError(error) && error.code === 'DAMAGED') return this.readDirectly(pack, offset, length)
      throw error
    }
  }

  /** As `read`, past the windows. */
  readDirectly(pack: IndexedPack, offset: number, length: number): Promise<Buffer> {
    return this.#context.store.get(packFile(pack.id), { range: { offset, length } })
  }
}
