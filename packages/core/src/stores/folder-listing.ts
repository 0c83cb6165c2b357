import { join } from 'node:path'
import { isStoreKey } from '../adapter/store-key.ts'
import { throwIfInterrupted } from '../errors/throw-if-interrupted.ts'
import type { StoredFile } from '../ports/object-store.ts'
import { type FolderFileFacts, type FolderFileSystem, systemCode } from './folder-file-system.ts'

/** Files looked at at the same time: as many as Node's pool has threads, and some in waiting. */
const AT_ONCE = 16

/**
 * Lists the files under `root` whose key begins with `prefix`. A folder's names are read at once, so a file that is
 * there throughout appears exactly once. What is no legal key (temporary files, the system's own) is passed over.
 */
export async function* listFolder(
  fileSystem: FolderFileSystem,
  root: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<StoredFile> {
  // Folders to read, as the beginning of the keys within; every key in question lies in or below the first.
  const folders = [prefix.slice(0, prefix.lastIndexOf('/') + 1)]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    throwIfInterrupted(signal, `listing ${prefix}`)
    const names = await unlessGone(fileSystem.readdir(join(root, folder)))
    const keys = (names ?? []).map((name) => folder + name).filter((key) => isStoreKey(key) && key.startsWith(prefix))
    for (let i = 0; i < keys.length; i += AT_ONCE) {
      throwIfInterrupted(signal, `listing ${prefix}`)
      const batch = keys
        .slice(i, i + AT_ONCE)
        .map(async (key) => ({ key, facts: await factsOf(fileSystem, root, key) }))
      for (const { key, facts } of await Promise.all(batch)) {
        if (facts?.isDirectory()) folders.push(`${key}/`)
        else if (facts?.isFile()) yield { key, size: facts.size, modified: facts.mtime }
      }
    }
  }
}

/** Facts of a file or folder, or undefined where there is none. */
export function factsOf(fileSystem: FolderFileSystem, root: string, key: string): Promise<FolderFileFacts | undefined> {
  return unlessGone(fileSystem.stat(join(root, key)))
}

async function unlessGone<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
