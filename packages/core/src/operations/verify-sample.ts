import { DamagedError } from '../errors/damaged-error.ts'
import type { SnapshotVerification } from '../format/snapshot-manifest.ts'
import type { RepositoryWriter } from '../repository/object-repository.ts'

/** Share of the objects stored that are read back before a snapshot is published. */
const VERIFIED_SHARE = 0.01

/** Reads back a share of what a writer stored, after its `flush`. Fails with `DamagedError` where one is not what was stored. */
export async function verifySample(writer: RepositoryWriter): Promise<SnapshotVerification> {
  const { objects, ok, damaged } = await writer.sample(VERIFIED_SHARE)
  if (ok) return { objects, ok }
  throw new DamagedError('what was just stored cannot be read back', {
    hint: 'The store loses or changes data. Check its disk; nothing was published.',
    data: { objects: [...damaged] },
  })
}
