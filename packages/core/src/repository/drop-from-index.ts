import { copiesByPack } from './copies-by-pack.ts'
import { IndexWriter } from './index-writer.ts'
import type { ObjectIndex } from './object-index.ts'
import type { RepositoryContext } from './repository-context.ts'
import { indexFile } from './repository-files.ts'

/** Index files with fewer packs and entries than these are merged when there are many. */
const SMALL_PACKS = 16
const SMALL_ENTRIES = 16_384
const MANY_SMALL = 8

/**
 * Lists what `packs` hold no longer: index files that list one are written anew without it, then deleted, so that at every
 * moment all else is listed at least once. Until none is left: another process may write one meanwhile (an index
 * rebuild). Small files are merged on the way. Resolves with the number of files written.
 */
export async function dropFromIndex(
  context: RepositoryContext,
  index: ObjectIndex,
  packs: ReadonlySet<string>,
): Promise<number> {
  let written = 0
  for (;;) {
    await index.refresh()
    const listing = index.files.filter((file) => file.packs.some(({ id }) => packs.has(id)))
    if (listing.length === 0) return written
    const small = index.files.filter((file) => file.packs.length < SMALL_PACKS && file.entries < SMALL_ENTRIES)
    const replaced = new Set([...listing, ...(small.length < MANY_SMALL ? [] : small)])
    const writer = new IndexWriter(context, async (file) => {
      written++
      await index.add(file.id, file.size)
    })
    // A pack that several processes have listed would stand twice in one file.
    const done = new Set(packs)
    for (const file of replaced) {
      for (const [pack, entries] of await copiesByPack(file.packs, file.copies())) {
        if (!done.has(pack.id)) await writer.add({ ...pack, entries })
        done.add(pack.id)
      }
    }
    await writer.flush()
    for (const { id } of replaced) await context.store.delete(indexFile(id))
  }
}
