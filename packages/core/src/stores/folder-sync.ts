import type { FolderFileSystem } from './folder-file-system.ts'

/**
 * Makes the names in a folder durable (fsync of the folder). Callers that come while one sync of a folder is running
 * share the next one: the running one may have begun before their change, the next one begins after it.
 */
export class FolderSync {
  readonly #fileSystem: FolderFileSystem
  /** By folder: settles, without a failure, when the sync that is running has ended. */
  readonly #running = new Map<string, Promise<void>>()
  /** By folder: the sync that has not begun and takes everybody along. */
  readonly #next = new Map<string, Promise<void>>()

  constructor(fileSystem: FolderFileSystem) {
    this.#fileSystem = fileSystem
  }

  /** Resolves when every change of `folder` that was made before this call is durable. */
  sync(folder: string): Promise<void> {
    const waiting = this.#next.get(folder)
    if (waiting !== undefined) return waiting
    const before = this.#running.get(folder) ?? Promise.resolve()
    const next = before.then(() => {
      this.#next.delete(folder)
      const run = this.#syncNow(folder)
      this.#running.set(
        folder,
        run.catch(() => {}),
      )
      return run
    })
    this.#next.set(folder, next)
    return next
  }

  async #syncNow(folder: string): Promise<void> {
    const handle = await this.#fileSystem.open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
}
