import type { PackEntry } from '../format/pack-codec.ts'
import { dropFromIndex } from './drop-from-index.ts'
import { IndexWriter } from './index-writer.ts'
import type { ObjectIndex } from './object-index.ts'
import { readPackDirectory } from './pack-directory.ts'
import { isUnreadable } from './packed-object-reader.ts'
import type { RepositoryContext } from './repository-context.ts'
import { fileId, INDEX_PREFIX, indexFile, PACKS_PREFIX, packFile } from './repository-files.ts'

/** What an index rebuild has done. */
export interface IndexRebuild {
  readonly packs: number
  readonly objects: number
  /** Packs whose directory cannot be read; what the old index knew of them was kept. */
  readonly damagedPacks: readonly string[]
}

/**
 * Writes the index anew from the directories of all packs, then removes the index files that were there before: at every
 * moment each object is listed at least once. `index` must be loaded. May run beside writers.
 */
export async function rebuildIndex(context: RepositoryContext, index: ObjectIndex): Promise<IndexRebuild> {
  const before: string[] = []
  for await (const { key } of context.store.list(INDEX_PREFIX)) {
    const id = fileId(key)
    if (id !== undefined) before.push(id)
  }
  const writer = new IndexWriter(context, (file) => index.add(file.id, file.size))
  const damagedPacks: string[] = []
  let packs = 0
  let objects = 0
  for await (const { key, size } of context.store.list(PACKS_PREFIX)) {
    const id = fileId(key)
    if (id === undefined) continue
    packs++
    let entries: PackEntry[]
    try {
      entries = await readPackDirectory(context, id, size)
    } catch (error) {
      if (!isUnreadable(error)) throw error
      damagedPacks.push(packFile(id))
      entries = await entriesOf(index, id)
      if (entries.length === 0) continue
    }
    objects += entries.length
    await writer.add({ id, size, entries })
  }
  await writer.flush()
  for (const id of before) await context.store.delete(indexFile(id))
  // A prune that has deleted packs meanwhile may have looked at the index before our files were there.
  await dropFromIndex(context, index, await gonePacks(context, index))
  await index.refresh()
  return { packs, objects, damagedPacks }
}

/** Packs that the index lists and that are not there. */
async function gonePacks(context: RepositoryContext, index: ObjectIndex): Promise<Set<string>> {
  const gone = new Set(index.files.flatMap(({ packs }) => packs.map(({ id }) => id)))
  for await (const { key } of context.store.list(PACKS_PREFIX)) gone.delete(fileId(key) ?? '')
  return gone
}

/** What the present index says of one pack. */
async function entriesOf(index: ObjectIndex, packId: string): Promise<PackEntry[]> {
  const entries = new Map<number, PackEntry>()
  for (const file of index.files.filter(({ packs }) => packs.some(({ id }) => id === packId))) {
    for await (const copy of file.copies()) if (copy.pack.id === packId) entries.set(copy.offset, copy)
  }
  return [...entries.values()]
}
