import { mayInheritSplitBits } from '../chunking/split-bits.ts'
import type { SnapshotCollection } from '../format/snapshot-manifest.ts'
import type { ReadPoint, SourceCollection } from '../ports/database-source.ts'
import type { ObjectWriter } from '../ports/object-access.ts'
import { PreviousTree } from '../record-tree/previous-tree.ts'
import { TreeBuilder } from '../record-tree/tree-builder.ts'
import type { CollectionLayout } from '../values/collection.ts'
import type { OperationContext } from './operation-context.ts'
import type { ProgressMeter } from './progress-meter.ts'
import { readInKeyOrder } from './read-in-key-order.ts'
import { splitCollection } from './split-collection.ts'
import { splitSeeds } from './split-seeds.ts'
import { storeChunk } from './store-chunk.ts'
import type { Throttle } from './throttle.ts'

export interface TakeCollectionInput {
  readonly context: OperationContext
  readonly readPoint: ReadPoint
  readonly collection: SourceCollection
  /** The same collection in the previous snapshot of the source. */
  readonly previous: SnapshotCollection | undefined
  readonly writer: ObjectWriter
  /** Average size of chunks to aim at, in bytes, where it is not inherited. */
  readonly chunkBytes: number | undefined
  readonly throttle: Throttle
  readonly progress: ProgressMeter
  readonly signal: AbortSignal
  /** Its records in key order, where they are not read from the source. */
  readonly bytes?: AsyncIterable<Buffer>
}

/** Reads one collection to its end, stores the chunks and nodes that are new, and returns its place in the manifest. */
export async function takeCollection(input: TakeCollectionInput): Promise<SnapshotCollection> {
  const { context, readPoint, collection, writer, signal } = input
  const layout = layoutOf(collection)
  const seeds = splitSeeds(context.objects.splitSeed)
  const previous = sameKey(input.previous, layout)
  const inherited =
    previous !== undefined && mayInheritSplitBits(previous.splitBits, previous.records, previous.bytes)
      ? previous.splitBits
      : undefined
  const source = input.bytes ?? readInKeyOrder(context, readPoint, layout, signal)
  const { splitBits, chunks } = await splitCollection(source, layout, seeds.chunk, {
    inherited,
    target: input.chunkBytes,
  })
  const root = previous === undefined ? null : rootOf(previous)
  const beside = root === null ? undefined : new PreviousTree(context.objects.reader, root)
  const tree = new TreeBuilder(writer, {
    seed: seeds.tree,
    ...(root === null ? {} : { previous: new PreviousTree(context.objects.reader, root) }),
  })
  for await (const chunk of chunks) {
    const entry = await storeChunk(writer, chunk, await beside?.chunkAt(chunk.firstKey))
    await tree.add(entry)
    input.progress.add(layout.name, { records: entry.records, bytes: entry.bytes })
    await input.throttle.pass(entry.bytes, signal)
  }
  const built = await tree.finish()
  return {
    layout,
    records: built?.records ?? 0,
    bytes: built?.bytes ?? 0,
    root: built === null ? null : { id: built.id, height: built.height },
    splitBits,
    consistency: collection.consistency ?? readPoint.facts.consistency,
  }
}

/** A collection of a snapshot as a tree to walk. */
export function rootOf(collection: SnapshotCollection) {
  const { root, records, bytes } = collection
  return root === null ? null : { ...root, records, bytes }
}

function layoutOf(collection: SourceCollection): CollectionLayout {
  const { name, parent, format, encoding, columns, key } = collection
  return { name, format, encoding, columns, key, ...(parent === undefined ? {} : { parent }) }
}

/** A previous tree is of use only where its keys are encoded alike. */
function sameKey(previous: SnapshotCollection | undefined, layout: CollectionLayout): SnapshotCollection | undefined {
  if (previous === undefined || previous.root === null) return undefined
  const shape = ({ key, columns, format }: CollectionLayout): string =>
    JSON.stringify([format, key.map((part) => [columns[part.column]?.name, part.order])])
  return shape(previous.layout) === shape(layout) ? previous : undefined
}
