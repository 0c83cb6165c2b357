import { StoreKeyMissingError } from '../errors/store-key-missing-error.ts'
import { encodeFileHeader } from '../format/format-version.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import { declaredDead } from './declared-dead.ts'
import type { RepositoryContext } from './repository-context.ts'
import { ROOT_PREFIXES, snapshotFile } from './repository-files.ts'

/** What stands under a name that can never be published. No secret and no key: it says nothing. */
const TOMBSTONE = encodeFileHeader('DBST')

/** Size of the file; a root is larger. */
export const TOMBSTONE_BYTES = TOMBSTONE.length

/** Whether the file says that its name is closed. */
export function isTombstone(bytes: Uint8Array): boolean {
  return TOMBSTONE.equals(bytes)
}

/** Closes a name: nothing that is not there by now can be published under it any more. */
export async function closeName({ store }: RepositoryContext, id: SnapshotId): Promise<void> {
  for (const prefix of ROOT_PREFIXES) {
    try {
      await store.put(prefix + id, [TOMBSTONE], { exclusive: true })
    } catch (error) {
      // It was published in time, or is closed already.
      if ((await store.stat(prefix + id)) === undefined) throw error
    }
  }
}

/** Whether a writer's name was closed before it published anything. */
export async function isClosed({ store }: RepositoryContext, id: SnapshotId): Promise<boolean> {
  return (await store.stat(snapshotFile(id)))?.size === TOMBSTONE_BYTES
}

/** Publishes a root under its writer's name. Fails with `StoreFailedError` where the name is closed or taken. */
export async function putRoot({ store }: RepositoryContext, key: string, body: readonly Buffer[]): Promise<void> {
  try {
    await store.put(key, body, { exclusive: true })
  } catch (error) {
    const there = await store.stat(key).catch(() => undefined)
    throw there?.size === TOMBSTONE_BYTES ? declaredDead(key) : error
  }
}

/** For a name that is closed: nothing was published under it. */
export function notPublished(key: string): StoreKeyMissingError {
  return new StoreKeyMissingError(`nothing was published as ${key}`, { hint: 'Its writer was declared dead before.' })
}
