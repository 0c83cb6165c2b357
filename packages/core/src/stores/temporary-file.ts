import { join } from 'node:path'
import { throwIfInterrupted } from '../errors/throw-if-interrupted.ts'
import { type FolderFile, type FolderFileSystem, systemCode } from './folder-file-system.ts'
import { isLeftOver, temporaryName } from './temporary-name.ts'

/** Parts given to the system in one call, at most: Linux takes 1 024, and between calls we look whether to stop. */
const PARTS_PER_CALL = 512

/**
 * Writes `body` to a new temporary file in `folder` and resolves with its path when its content is durable. After a
 * failure no file is left. `onCreated` is called with the file's time, the store's "now", while it is still empty.
 */
export async function writeTemporaryFile(
  fileSystem: FolderFileSystem,
  folder: string,
  body: readonly Uint8Array[],
  options: { readonly signal: AbortSignal | undefined; readonly onCreated: (now: Date) => Promise<void> },
): Promise<string> {
  const path = join(folder, temporaryName())
  const file = await fileSystem.open(path, 'wx')
  try {
    try {
      await options.onCreated((await file.stat()).mtime)
      await writeAll(file, body, options.signal)
      await file.sync()
    } finally {
      await file.close()
    }
    return path
  } catch (error) {
    await discardFile(fileSystem, path)
    throw error
  }
}

async function writeAll(file: FolderFile, body: readonly Uint8Array[], signal: AbortSignal | undefined): Promise<void> {
  // An empty buffer among others is legal, but nothing but empty ones would look like a disk that takes nothing.
  const parts = body.filter((part) => part.length > 0)
  for (let next = 0; next < parts.length; ) {
    throwIfInterrupted(signal, 'writing')
    let { bytesWritten } = await file.writev(parts.slice(next, next + PARTS_PER_CALL))
    for (; next < parts.length; next++) {
      const part = parts[next] as Uint8Array
      if (bytesWritten < part.length) {
        parts[next] = part.subarray(bytesWritten)
        break
      }
      bytesWritten -= part.length
    }
  }
}

/** Removes a file of ours if it is there. Best effort: what stays behind is removed as a left-over by a later writer. */
export async function discardFile(fileSystem: FolderFileSystem, path: string): Promise<void> {
  await fileSystem.unlink(path).catch(() => {})
}

/** Removes the temporary files in `folder` whose writers are gone. */
export async function discardLeftOvers(fileSystem: FolderFileSystem, folder: string, now: Date): Promise<void> {
  for (const name of await fileSystem.readdir(folder)) {
    if (!name.startsWith('~')) continue
    const path = join(folder, name)
    try {
      const facts = await fileSystem.stat(path)
      if (isLeftOver(name, now.getTime() - facts.mtime.getTime())) await discardFile(fileSystem, path)
    } catch (error) {
      // Its writer was not gone, and finished while we looked.
      if (systemCode(error) !== 'ENOENT') throw error
    }
  }
}
