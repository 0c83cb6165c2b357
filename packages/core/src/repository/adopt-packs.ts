import { IndexWriter } from './index-writer.ts'
import type { ObjectIndex } from './object-index.ts'
import { readPackDirectory } from './pack-directory.ts'
import { isUnreadable } from './packed-object-reader.ts'
import type { RepositoryContext } from './repository-context.ts'

/**
 * Takes packs that no index file lists into the index, by their own directories: what an interrupted take left, so that the
 * next one need not store it again, or what a damaged index file listed. Sound because every base that a delta in them
 * rests on was in a durable index when they were written. A pack of a writer at work may be among them: it is then
 * listed twice, which harms nothing. One that cannot be read is passed over. Resolves with
 * those that were taken.
 */
export async function adoptPacks(
  context: RepositoryContext,
  index: ObjectIndex,
  packs: readonly { readonly id: string; readonly size: number }[],
): Promise<Set<string>> {
  const adopted = new Set<string>()
  const writer = new IndexWriter(context, async (file) => {
    await index.add(file.id, file.size)
    for (const pack of file.packs) adopted.add(pack.id)
  })
  for (const { id, size } of packs) {
    try {
      await writer.add({ id, size, entries: await readPackDirectory(context, id, size) })
    } catch (error) {
      if (!isUnreadable(error)) throw error
    }
  }
  await writer.flush()
  return adopted
}
