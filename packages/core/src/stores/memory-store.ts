import { checkStoreKey, checkStorePrefix } from '../adapter/store-key.ts'
import { DamagedError } from '../errors/damaged-error.ts'
import { StoreFailedError } from '../errors/store-failed-error.ts'
import { StoreKeyMissingError } from '../errors/store-key-missing-error.ts'
import { throwIfInterrupted } from '../errors/throw-if-interrupted.ts'
import type { ByteRange, ObjectStore, StoreCallOptions, StoredFile } from '../ports/object-store.ts'
import type { Clock } from '../ports/system.ts'

/** Options of `memory`. */
export interface MemoryStoreOptions {
  /** The store's own clock. Default: one that starts in 1970 and advances by a millisecond with every write. */
  readonly clock?: Pick<Clock, 'now'>
}

interface Entry {
  readonly bytes: Buffer
  readonly modified: Date
}

/**
 * A store that lives in this process and ends with it: for tests, examples and throw-away repositories.
 *
 * ```ts
 * const repository = await Repository.create(memory(), { passphrase })
 * ```
 */
export function memory(options: MemoryStoreOptions = {}): ObjectStore {
  return new MemoryStore(options.clock ?? countingClock())
}

/** A counter keeps runs repeatable, and "later" stays true for every two writes. */
function countingClock(): Pick<Clock, 'now'> {
  let writes = 0
  return { now: () => new Date(++writes) }
}

class MemoryStore implements ObjectStore {
  readonly label = 'memory'
  readonly #files = new Map<string, Entry>()
  readonly #clock: Pick<Clock, 'now'>

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  async put(
    key: string,
    body: readonly Uint8Array[],
    options: StoreCallOptions & { readonly exclusive?: boolean } = {},
  ): Promise<void> {
    checkStoreKey(key)
    throwIfInterrupted(options.signal, `writing ${key}`)
    if (options.exclusive === true && this.#files.has(key)) {
      throw new StoreFailedError(`${key} exists already in ${this.label}`, { hint: 'Another writer was first.' })
    }
    this.#files.set(key, { bytes: Buffer.concat(body), modified: this.#clock.now() })
  }

  async get(key: string, options: StoreCallOptions & { readonly range?: ByteRange } = {}): Promise<Buffer> {
    checkStoreKey(key)
    throwIfInterrupted(options.signal, `reading ${key}`)
    const entry = this.#files.get(key)
    if (entry === undefined) {
      throw new StoreKeyMissingError(`${key} is not in ${this.label}`, {
        hint: 'It was never written, or was removed.',
      })
    }
    const { offset, length } = options.range ?? { offset: 0, length: entry.bytes.length }
    if (offset < 0 || length < 0 || offset + length > entry.bytes.length) {
      throw new DamagedError(`${key} in ${this.label} is shorter than expected`, {
        hint: 'Run `dbsnap check` to learn which snapshots are affected.',
        data: { size: entry.bytes.length, offset, length },
      })
    }
    return Buffer.from(entry.bytes.subarray(offset, offset + length))
  }

  async stat(key: string, options: StoreCallOptions = {}): Promise<StoredFile | undefined> {
    checkStoreKey(key)
    throwIfInterrupted(options.signal, `looking for ${key}`)
    const entry = this.#files.get(key)
    return entry && { key, size: entry.bytes.length, modified: entry.modified }
  }

  async *list(prefix: string, options: StoreCallOptions = {}): AsyncGenerator<StoredFile> {
    checkStorePrefix(prefix)
    // A copy of the keys: an entry that is replaced while the caller holds the iterator must not come twice.
    for (const key of [...this.#files.keys()]) {
      throwIfInterrupted(options.signal, `listing ${prefix}`)
      const entry = this.#files.get(key)
      if (entry !== undefined && key.startsWith(prefix)) {
        yield { key, size: entry.bytes.length, modified: entry.modified }
      }
    }
  }

  async delete(key: string, options: StoreCallOptions = {}): Promise<void> {
    checkStoreKey(key)
    throwIfInterrupted(options.signal, `removing ${key}`)
    this.#files.delete(key)
  }

  async close(): Promise<void> {}
}
