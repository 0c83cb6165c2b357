import * as nodeFileSystem from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { checkStoreKey, checkStorePrefix } from '../adapter/store-key.ts'
import { StoreFailedError } from '../errors/store-failed-error.ts'
import { StoreKeyMissingError } from '../errors/store-key-missing-error.ts'
import { throwIfInterrupted } from '../errors/throw-if-interrupted.ts'
import type { ByteRange, ObjectStore, StoreCallOptions, StoredFile } from '../ports/object-store.ts'
import { folderError } from './folder-error.ts'
import { type FolderFileSystem, systemCode } from './folder-file-system.ts'
import { factsOf, listFolder } from './folder-listing.ts'
import { readFrom } from './folder-reading.ts'
import { FolderSync } from './folder-sync.ts'
import { PreparedFolders } from './prepared-folders.ts'
import { discardFile, discardLeftOvers, writeTemporaryFile } from './temporary-file.ts'
import { temporaryName } from './temporary-name.ts'

/** Options of `folder`. */
export interface FolderStoreOptions {
  /** Default: `node:fs/promises`. Tests put others under it. */
  readonly fileSystem?: FolderFileSystem
}

/**
 * A store in a folder of a local or mounted file system, which is made at the first write if it is missing. Writes are
 * atomic and durable: a temporary file in the same folder, fsync, rename (hard link where the key must be new), fsync
 * of the folder and of the parents of new folders. Needs a file system with hard links.
 *
 * ```ts
 * const repository = await Repository.open(folder('./snapshots'), { passphrase })
 * ```
 */
export function folder(path: string, options: FolderStoreOptions = {}): ObjectStore {
  return new FolderStore(resolve(path), options.fileSystem ?? nodeFileSystem)
}

class FolderStore implements ObjectStore {
  readonly label: string
  readonly #root: string
  readonly #fileSystem: FolderFileSystem
  readonly #sync: FolderSync
  readonly #folders: PreparedFolders
  /** Folders whose left-over temporary files were looked for already. */
  readonly #tidied = new Set<string>()

  constructor(root: string, fileSystem: FolderFileSystem) {
    this.label = `folder ${root}`
    this.#root = root
    this.#fileSystem = fileSystem
    this.#sync = new FolderSync(fileSystem)
    this.#folders = new PreparedFolders(fileSystem, this.#sync, root)
  }

  async put(
    key: string,
    body: readonly Uint8Array[],
    options: StoreCallOptions & { readonly exclusive?: boolean } = {},
  ): Promise<void> {
    checkStoreKey(key)
    throwIfInterrupted(options.signal, `writing ${key}`)
    const path = join(this.#root, key)
    try {
      await this.#folders.prepare(dirname(path))
      const temporary = await writeTemporaryFile(this.#fileSystem, dirname(path), body, {
        signal: options.signal,
        onCreated: (now) => this.#tidy(dirname(path), now),
      })
      try {
        throwIfInterrupted(options.signal, `writing ${key}`)
        await (options.exclusive === true ? this.#publishNew(temporary, path) : this.#publish(temporary, path))
      } catch (error) {
        await discardFile(this.#fileSystem, temporary)
        throw error
      }
    } catch (error) {
      if (options.exclusive === true && systemCode(error) === 'EEXIST') {
        throw new StoreFailedError(`${key} exists already in ${this.label}`, { hint: 'Another writer was first.' })
      }
      throw folderError(error, `cannot write ${key} in ${this.label}`)
    }
  }

  async get(key: string, options: StoreCallOptions & { readonly range?: ByteRange } = {}): Promise<Buffer> {
    checkStoreKey(key)
    throwIfInterrupted(options.signal, `reading ${key}`)
    try {
      const file = await this.#fileSystem.open(join(this.#root, key), 'r')
      try {
        return await readFrom(file, options.range, `${key} in ${this.label}`, options.signal)
      } finally {
        await file.close()
      }
    } catch (error) {
      if (isNoFile(error)) {
        const hint = 'It was never written, or was removed.'
        throw new StoreKeyMissingError(`${key} is not in ${this.label}`, { hint })
      }
      throw folderError(error, `cannot read ${key} in ${this.label}`)
    }
  }

  async stat(key: string, options: StoreCallOptions = {}): Promise<StoredFile | undefined> {
    checkStoreKey(key)
    throwIfInterrupted(options.signal, `looking for ${key}`)
    try {
      const facts = await factsOf(this.#fileSystem, this.#root, key)
      return facts?.isFile() ? { key, size: facts.size, modified: facts.mtime } : undefined
    } catch (error) {
      throw folderError(error, `cannot look for ${key} in ${this.label}`)
    }
  }

  async *list(prefix: string, options: StoreCallOptions = {}): AsyncGenerator<StoredFile> {
    checkStorePrefix(prefix)
    try {
      yield* listFolder(this.#fileSystem, this.#root, prefix, options.signal)
    } catch (error) {
      throw folderError(error, `cannot list ${prefix} in ${this.label}`)
    }
  }

  async delete(key: string, options: StoreCallOptions = {}): Promise<void> {
    checkStoreKey(key)
    throwIfInterrupted(options.signal, `removing ${key}`)
    const path = join(this.#root, key)
    try {
      await this.#fileSystem.unlink(path)
      // Durable, because others are removed on the strength of it: packs after the manifests that needed them.
      await this.#sync.sync(dirname(path))
    } catch (error) {
      if (!isNoFile(error)) throw folderError(error, `cannot remove ${key} in ${this.label}`)
    }
  }

  async close(): Promise<void> {}

  /** Gives the temporary file its name, which must be new: of two writers one link succeeds. */
  async #publishNew(temporary: string, path: string): Promise<void> {
    await this.#fileSystem.link(temporary, path)
    try {
      await this.#sync.sync(dirname(path))
    } catch (error) {
      await discardFile(this.#fileSystem, path)
      throw error
    }
    await discardFile(this.#fileSystem, temporary)
  }

  /** Gives the temporary file its name, in place of an older file, which comes back if that cannot be made durable. */
  async #publish(temporary: string, path: string): Promise<void> {
    const older = await this.#keepOlder(path)
    try {
      await this.#fileSystem.rename(temporary, path)
    } catch (error) {
      if (older !== undefined) await discardFile(this.#fileSystem, older)
      throw error
    }
    try {
      await this.#sync.sync(dirname(path))
    } catch (error) {
      await (older === undefined ? discardFile(this.#fileSystem, path) : this.#fileSystem.rename(older, path))
      throw error
    }
    if (older !== undefined) await discardFile(this.#fileSystem, older)
  }

  /** A second name for the file that is about to be replaced, if there is one. */
  async #keepOlder(path: string): Promise<string | undefined> {
    const older = join(dirname(path), temporaryName())
    try {
      await this.#fileSystem.link(path, older)
      return older
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined
      throw error
    }
  }

  async #tidy(folder: string, now: Date): Promise<void> {
    if (this.#tidied.has(folder)) return
    this.#tidied.add(folder)
    await discardLeftOvers(this.#fileSystem, folder, now)
  }
}

function isNoFile(error: unknown): boolean {
  const code = systemCode(error)
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR'
}
