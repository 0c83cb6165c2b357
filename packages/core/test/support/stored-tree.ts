import type { SnapshotCollection, SnapshotManifest } from '../../src/format/snapshot-manifest.ts'
import type { OperationContext } from '../../src/operations/operation-context.ts'
import { rootOf } from '../../src/operations/tree-root-of.ts'
import { TreeCursor } from '../../src/record-tree/tree-cursor.ts'
import type { Repository } from '../../src/repository.ts'

/** The objects of one collection's tree. */
export interface StoredTree {
  /** Ids of its chunks (of lists of segments, for large records), in key order. */
  readonly chunks: readonly string[]
  /** Ids of its nodes by level, from the leaves up. */
  readonly nodes: readonly (readonly string[])[]
}

/** What a snapshot says of a collection. */
export async function collectionIn(
  repository: Repository,
  snapshot: Pick<SnapshotManifest, 'id'>,
  name: string,
): Promise<SnapshotCollection> {
  const found = (await repository.get(snapshot)).collections.find(({ layout }) => layout.name === name)
  if (found === undefined) throw new Error(`the snapshot has no ${name}`)
  return found
}

/** Walks a whole tree. */
export async function treeOf({ objects }: OperationContext, collection: SnapshotCollection): Promise<StoredTree> {
  const chunks: string[] = []
  const nodes: string[][] = Array.from({ length: (collection.root?.height ?? -1) + 1 }, () => [])
  const cursor = new TreeCursor(objects.reader, rootOf(collection))
  await cursor.open()
  for (let entry = cursor.entry; entry !== undefined; entry = cursor.entry) {
    if (cursor.level < 0) {
      chunks.push(entry.id)
      cursor.skip()
    } else {
      nodes[cursor.level]?.push(entry.id)
      await cursor.descend()
    }
  }
  return { chunks, nodes }
}

/** What of `after` was not in `before`. */
export function news(before: readonly string[], after: readonly string[]): string[] {
  const known = new Set(before)
  return after.filter((id) => !known.has(id))
}
