import { createHash, type Hash } from 'node:crypto'
import { throwIfInterrupted } from '../errors/throw-if-interrupted.ts'
import type { SnapshotCollection } from '../format/snapshot-manifest.ts'
import type { ChunkEntry } from '../record-tree/chunk-entry.ts'
import type { DiffSide } from '../record-tree/diff-side.ts'
import { type LiveChunk, LiveChunks } from '../record-tree/live-chunks.ts'
import { diffRecords, type RecordDiffBatch } from '../record-tree/record-diff.ts'
import { TreeCursor } from '../record-tree/tree-cursor.ts'
import { diffTrees } from '../record-tree/tree-diff.ts'
import { createRecordReader } from '../records/create-record-reader.ts'
import type { CollectionLayout } from '../values/collection.ts'
import { type Comparison, compareBy } from './compare-by.ts'
import type { DiffOperand } from './diff-operand.ts'
import type { OperationContext } from './operation-context.ts'
import { readInKeyOrder } from './read-in-key-order.ts'
import { rekeyed } from './rekeyed.ts'
import { splitCollection } from './split-collection.ts'
import { splitSeeds } from './split-seeds.ts'
import { describeChunk } from './store-chunk.ts'
import { rootOf } from './tree-root-of.ts'

export interface DiffCollectionInput {
  readonly context: OperationContext
  readonly name: string
  readonly left: DiffOperand
  readonly right: DiffOperand
  readonly signal: AbortSignal | undefined
  /** Takes the ids of all chunks of a live side, in order: equal digests mean equal records. */
  readonly fingerprint?: Hash
}

/** Compares one collection. Equal records are skipped, by whole subtrees where both sides have them. */
export async function* diffCollection(
  input: DiffCollectionInput,
  comparison?: Comparison,
): AsyncGenerator<RecordDiffBatch, void, undefined> {
  const { context, signal } = input
  const { left: leftLayout, right: rightLayout, sameColumns } = comparison ?? (await compareBy(input))
  const left = openSide(input, input.left, leftLayout)
  const right = openSide(input, input.right, rightLayout)
  const objects = context.objects.reader
  const options = signal === undefined ? {} : { signal }
  const batches = diffRecords(diffTrees(left, right, { skipEqual: sameColumns, ...options }), {
    left: { objects, reader: createRecordReader(leftLayout) },
    right: { objects, reader: createRecordReader(rightLayout) },
    compareBytes: sameColumns,
  })
  for await (const batch of batches) {
    // The walk, which looks too, is 16 chunks ahead, and may have ended.
    throwIfInterrupted(signal, 'comparing')
    yield batch
  }
}

/** A side in the order of `keyed`, which is its own layout, perhaps with another key. */
function openSide(input: DiffCollectionInput, operand: DiffOperand, keyed: CollectionLayout): DiffSide {
  const { context, name, signal } = input
  const layout = operand.collections.get(name)
  if (layout === undefined) return new TreeCursor(context.objects.reader, null)
  if (keyed !== layout) return liveSide(input, operand, keyed, rekeyed({ context, operand, keyed, signal }))
  const { live } = operand
  if (live !== undefined) return liveSide(input, operand, keyed, readInKeyOrder(context, live, layout, signal))
  return new TreeCursor(context.objects.reader, rootOf(operand.stored(name) as SnapshotCollection))
}

function liveSide(
  input: DiffCollectionInput,
  operand: DiffOperand,
  layout: CollectionLayout,
  bytes: AsyncIterable<Buffer>,
): LiveChunks {
  const other = (operand === input.left ? input.right : input.left).stored(input.name)
  const splitBits = other?.root == null ? undefined : other.splitBits
  // Of a snapshot that is sorted again there is nothing to remember.
  return new LiveChunks(liveChunks(input, bytes, layout, splitBits, operand.live && input.fingerprint))
}

async function* liveChunks(
  { context: { objects } }: DiffCollectionInput,
  bytes: AsyncIterable<Buffer>,
  layout: CollectionLayout,
  splitBits: number | undefined,
  fingerprint: Hash | undefined,
): AsyncGenerator<LiveChunk, void, undefined> {
  const seed = splitSeeds(objects.splitSeed).chunk
  const { chunks } = await splitCollection(bytes, layout, seed, { inherited: splitBits })
  for await (const chunk of chunks) {
    const entry: ChunkEntry = describeChunk((part) => objects.identify(part), chunk).entry
    fingerprint?.update(entry.id)
    yield { entry, plaintext: chunk.bytes }
  }
}

/** A digest into which chunk ids are put. */
export function fingerprintHash(): Hash {
  return createHash('sha256')
}
