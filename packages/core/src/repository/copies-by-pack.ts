import type { IndexedPack } from '../format/index-codec.ts'
import type { ObjectCopy } from './object-copy.ts'

/** What an index file lists, pack by pack, each by offset: so that who reads them reads a pack from its beginning to its end. */
export async function copiesByPack(
  packs: readonly IndexedPack[],
  copies: AsyncIterable<ObjectCopy>,
): Promise<Map<IndexedPack, ObjectCopy[]>> {
  const byId = new Map(packs.map((pack) => [pack.id, { pack, copies: [] as ObjectCopy[] }]))
  for await (const copy of copies) byId.get(copy.pack.id)?.copies.push(copy)
  const sorted = [...byId.values()].map(
    ({ pack, copies }) => [pack, copies.sort((a, b) => a.offset - b.offset)] as const,
  )
  return new Map(sorted)
}
