import { dirname } from 'node:path'
import { type FolderFileSystem, systemCode } from './folder-file-system.ts'
import type { FolderSync } from './folder-sync.ts'

/** Makes folders, durably, once each. */
export class PreparedFolders {
  readonly #fileSystem: FolderFileSystem
  readonly #sync: FolderSync
  readonly #root: string
  readonly #prepared = new Map<string, Promise<void>>()

  constructor(fileSystem: FolderFileSystem, sync: FolderSync, root: string) {
    this.#fileSystem = fileSystem
    this.#sync = sync
    this.#root = root
  }

  /** Resolves when `folder`, the root or a folder below it, is there and will be after a crash. */
  prepare(folder: string): Promise<void> {
    const known = this.#prepared.get(folder)
    if (known !== undefined) return known
    const made = folder === this.#root ? this.#makeRoot(folder) : this.#makeBelow(folder)
    this.#prepared.set(folder, made)
    made.catch(() => this.#prepared.delete(folder))
    return made
  }

  /** The parent of a root that was there already is not ours, and often may not even be opened. */
  async #makeRoot(folder: string): Promise<void> {
    if (await this.#exists(folder)) return
    await this.#makeRoot(dirname(folder))
    await this.#make(folder)
    await this.#sync.sync(dirname(folder))
  }

  /** Syncs even where the folder is there: another writer may have made it a moment ago and not be that far. */
  async #makeBelow(folder: string): Promise<void> {
    await this.prepare(dirname(folder))
    if (!(await this.#exists(folder))) await this.#make(folder)
    await this.#sync.sync(dirname(folder))
  }

  async #exists(folder: string): Promise<boolean> {
    try {
      await this.#fileSystem.stat(folder)
      return true
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return false
      throw error
    }
  }

  async #make(folder: string): Promise<void> {
    try {
      await this.#fileSystem.mkdir(folder)
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
    }
  }
}
