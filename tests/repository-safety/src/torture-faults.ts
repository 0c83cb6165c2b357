import type { ObjectStore, Repository } from '@dbsnap/core'
import { DIGEST_TAG, digestOfSnapshot } from './torture-database.ts'

/** What is wrong with a snapshot, in words; nothing is where somebody else has forgotten it meanwhile. */
export async function digestFault(
  store: ObjectStore,
  repository: Repository,
  id: string,
  tags: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  let why: string | undefined
  try {
    if ((await digestOfSnapshot(repository, id)) !== tags[DIGEST_TAG]) why = 'it reads as something else'
  } catch (error) {
    why = String(error)
  }
  return why === undefined || (await store.stat(`snapshots/${id}`)) === undefined ? undefined : why
}
