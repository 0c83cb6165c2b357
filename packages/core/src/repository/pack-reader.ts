import type { KeyObject } from 'node:crypto'
import { deriveFileKey } from '../encryption/repository-keys.ts'
import { isDbSnapError } from '../errors/dbsnap-error.ts'
import type { IndexedPack } from '../format/index-codec.ts'
import { BoundedCache } from './bounded-cache.ts'
import { PackWindow } from './pack-window.ts'
import type { RepositoryContext } from './repository-context.ts'
import { packFile } from './repository-files.ts'

/**
 * Bytes read at once. Objects that are read one after the other mostly lie beside each other, as a take stores a
 * collection in key order: a restore then reads each MiB once instead of 45 objects of 22 KiB.
 */
const WINDOW_BYTES = 1024 * 1024

/** Bytes of windows kept: the packs of a few collections at a time, and of bases beside their deltas. */
const WINDOW_CACHE_BYTES = 8 * WINDOW_BYTES

/** Keys of packs kept; deriving one takes 20 µs. */
const KEPT_KEYS = 1024

/** Reads pieces of packs through a bounded cache of aligned windows. */
export class PackReader {
  readonly #context: RepositoryContext
  readonly #windows = new BoundedCache<PackWindow>(WINDOW_CACHE_BYTES, (window) => window.drop())
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
    const first = Math.floor(offset / WINDOW_BYTES)
    const last = Math.floor((offset + length - 1) / WINDOW_BYTES)
    // What fills windows by itself gains nothing from them and would push out the others.
    if (last - first > 1 || offset + length > pack.size) return this.readDirectly(pack, offset, length)
    try {
      const bytes = Buffer.allocUnsafe(length)
      const start = offset - first * WINDOW_BYTES
      const copied = await this.#window(pack, first).with((window) => window.copy(bytes, 0, start, start + length))
      if (copied < length) await this.#window(pack, last).with((window) => window.copy(bytes, copied))
      return bytes
    } catch (error) {
      // The pack is cut somewhere in the window: perhaps behind what is wanted.
      if (isDbSnapError(error) && error.code === 'DAMAGED') return this.readDirectly(pack, offset, length)
      throw error
    }
  }

  /** As `read`, past the cache. */
  readDirectly(pack: IndexedPack, offset: number, length: number): Promise<Buffer> {
    return this.#context.store.get(packFile(pack.id), { range: { offset, length } })
  }

  #window(pack: IndexedPack, number: number): PackWindow {
    const key = `${pack.id}/${number}`
    const known = this.#windows.get(key)
    if (known !== undefined) return known
    const offset = number * WINDOW_BYTES
    const length = Math.min(WINDOW_BYTES, pack.size - offset)
    const bytes = this.readDirectly(pack, offset, length)
    const window = new PackWindow(bytes)
    this.#windows.set(key, window, length)
    bytes.catch(() => this.#windows.delete(key))
    return window
  }
}
