import type { RepositoryContext } from './repository-context.ts'
import { fileId, ROOT_PREFIXES } from './repository-files.ts'
import { TOMBSTONE_BYTES } from './tombstones.ts'

/** Ids of all snapshots and stored diffs, readable or not. */
export async function listRootNames({ store }: RepositoryContext): Promise<string[]> {
  const names: string[] = []
  for (const prefix of ROOT_PREFIXES) {
    for await (const { key, size } of store.list(prefix)) {
      const id = fileId(key)
      if (id !== undefined && size !== TOMBSTONE_BYTES) names.push(id)
    }
  }
  return names
}
