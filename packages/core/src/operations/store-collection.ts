import type { SnapshotCollection } from '../format/snapshot-manifest.ts'
import type { ObjectWriter } from '../ports/object-access.ts'
import type { ChunkEntry } from '../record-tree/chunk-entry.ts'
import { PreviousTree } from '../record-tree/previous-tree.ts'
import { TreeBuilder } from '../record-tree/tree-builder.ts'
import type { CollectionLayout } from '../values/collection.ts'
import type { OperationContext } from './operation-context.ts'
import { type SplitParameter, splitCollection } from './split-collection.ts'
import { splitSeeds } from './split-seeds.ts'
import { storeChunk } from './store-chunk.ts'
import { rootOf } from './tree-root-of.ts'

export interface StoreCollectionInput {
  /** Of the repository that is written. */
  readonly context: OperationContext
  readonly layout: CollectionLayout
  /** Its records in key order. */
  readonly bytes: AsyncIterable<Buffer>
  readonly split: SplitParameter
  /** What probably resembles it, in the same repository, with the same key: the base of deltas. */
  readonly previous: SnapshotCollection | undefined
  readonly writer: ObjectWriter
  /** Called after each chunk was handed over; may wait. */
  readonly onChunk: (entry: ChunkEntry) => Promise<void>
}

/** Cuts records into chunks, stores those and the nodes above them that are new, and says where its tree is. */
export async function storeCollection(
  input: StoreCollectionInput,
): Promise<Pick<SnapshotCollection, 'records' | 'bytes' | 'root' | 'splitBits'>> {
  const { context, layout, previous, writer } = input
  const { reader, splitSeed } = context.objects
  const seeds = splitSeeds(splitSeed)
  const { splitBits, chunks } = await splitCollection(input.bytes, layout, seeds.chunk, input.split)
  const root = previous === undefined ? null : rootOf(previous)
  const beside = root === null ? undefined : new PreviousTree(reader, root)
  const tree = new TreeBuilder(writer, {
    seed: seeds.tree,
    ...(root === null ? {} : { previous: new PreviousTree(reader, root) }),
  })
  for await (const chunk of chunks) {
    const entry = await storeChunk(writer, chunk, await beside?.chunkAt(chunk.firstKey))
    await tree.add(entry)
    await input.onChunk(entry)
  }
  const built = await tree.finish()
  return {
    records: built?.records ?? 0,
    bytes: built?.bytes ?? 0,
    root: built === null ? null : { id: built.id, height: built.height },
    splitBits,
  }
}

/** A previous tree is of use only where its keys are encoded alike. */
export function sameKey(
  previous: SnapshotCollection | undefined,
  layout: CollectionLayout,
): SnapshotCollection | undefined {
  if (previous === undefined || previous.root === null) return undefined
  const shape = ({ key, columns, format }: CollectionLayout): string =>
    JSON.stringify([format, key.map((part) => [columns[part.column]?.name, part.order])])
  return shape(previous.layout) === shape(layout) ? previous : undefined
}
