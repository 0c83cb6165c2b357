import { mayInheritSplitBits } from '../chunking/split-bits.ts'
import type { SnapshotCollection } from '../format/snapshot-manifest.ts'
import type { ReadPoint, SourceCollection } from '../ports/database-source.ts'
import type { ObjectWriter } from '../ports/object-access.ts'
import type { CollectionLayout } from '../values/collection.ts'
import type { OperationContext } from './operation-context.ts'
import type { ProgressMeter } from './progress-meter.ts'
import { readInKeyOrder } from './read-in-key-order.ts'
import { sameKey, storeCollection } from './store-collection.ts'
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
  const previous = sameKey(input.previous, layout)
  const inherited =
    previous !== undefined && mayInheritSplitBits(previous.splitBits, previous.records, previous.bytes)
      ? previous.splitBits
      : undefined
  const stored = await storeCollection({
    context,
    layout,
    bytes: input.bytes ?? readInKeyOrder(context, readPoint, layout, signal),
    split: { inherited, target: input.chunkBytes },
    previous,
    writer,
    onChunk: async ({ records, bytes }) => {
      input.progress.add(layout.name, { records, bytes })
      await input.throttle.pass(bytes, signal)
    },
  })
  return { layout, ...stored, consistency: collection.consistency ?? readPoint.facts.consistency }
}

function layoutOf(collection: SourceCollection): CollectionLayout {
  const { name, parent, format, encoding, columns, key } = collection
  return { name, format, encoding, columns, key, ...(parent === undefined ? {} : { parent }) }
}
