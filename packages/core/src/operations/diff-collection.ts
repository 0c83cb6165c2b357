import { createHash, type Hash } from 'node:crypto'
import type { ChunkEntry } from '../record-tree/chunk-entry.ts'
import type { DiffSide } from '../record-tree/diff-side.ts'
import { type LiveChunk, LiveChunks } from '../record-tree/live-chunks.ts'
import { diffRecords, type RecordDiffBatch } from '../record-tree/record-diff.ts'
import { TreeCursor } from '../record-tree/tree-cursor.ts'
import { diffTrees } from '../record-tree/tree-diff.ts'
import { createRecordReader } from '../records/create-record-reader.ts'
import type { RecordReader } from '../records/record-reader.ts'
import type { CollectionLayout } from '../values/collection.ts'
import type { DiffOperand } from './diff-operand.ts'
import type { OperationContext } from './operation-context.ts'
import { readInKeyOrder } from './read-in-key-order.ts'
import { rekeyed } from './rekeyed.ts'
import { splitCollection } from './split-collection.ts'
import { splitSeeds } from './split-seeds.ts'
import { describeChunk } from './store-chunk.ts'
import { rootOf } from './take-collection.ts'

export interface DiffCollectionInput {
  readonly context: OperationContext
  readonly name: string
  readonly left: DiffOperand
  readonly right: DiffOperand
  readonly signal: AbortSignal | undefined
  /** Takes the ids of all chunks of a live side, in order: equal digests mean equal records. */
  readonly fingerprint?: Hash
}

/** A collection as both sides know it; where one side does not have it, the other's layout stands for both. */
export interface DiffLayouts {
  readonly left: CollectionLayout
  readonly right: CollectionLayout
  /** Whether equal bytes mean equal records. */
  readonly sameShape: boolean
}

export function layoutsOf(input: Pick<DiffCollectionInput, 'name' | 'left' | 'right'>): DiffLayouts {
  const left = input.left.collections.get(input.name) ?? input.right.collections.get(input.name)
  const right = input.right.collections.get(input.name) ?? left
  if (left === undefined || right === undefined) throw new TypeError('a collection of neither side was chosen')
  return { left, right, sameShape: shapeOf(left) === shapeOf(right) }
}

/** Compares one collection. Equal records are skipped, by whole subtrees where both sides have them. */
export async function* diffCollection(input: DiffCollectionInput): AsyncGenerator<RecordDiffBatch, void, undefined> {
  const { context, signal } = input
  const layouts = layoutsOf(input)
  const sameKey = keyOf(layouts.left) === keyOf(layouts.right)
  const left = await openSide(input, input.left, layouts.left, layouts.left)
  let right: DiffSide
  try {
    right = await openSide(
      input,
      input.right,
      layouts.right,
      sameKey ? layouts.right : keyedLike(layouts.right, layouts.left),
    )
  } catch (error) {
    await left.close()
    throw error
  }
  const objects = context.objects.reader
  const options = signal === undefined ? {} : { signal }
  const steps = diffTrees(left, right, { skipEqual: layouts.sameShape, ...options })
  yield* diffRecords(steps, {
    left: { objects, reader: createRecordReader(layouts.left) },
    right: { objects, reader: readerFor(layouts, sameKey) },
    compareBytes: layouts.sameShape,
  })
}

function readerFor(layouts: DiffLayouts, sameKey: boolean): RecordReader {
  return createRecordReader(sameKey ? layouts.right : keyedLike(layouts.right, layouts.left))
}

async function openSide(
  input: DiffCollectionInput,
  operand: DiffOperand,
  layout: CollectionLayout,
  keyed: CollectionLayout,
): Promise<DiffSide> {
  const { context, name, signal } = input
  const stored = operand.stored(name)
  if (!operand.collections.has(name)) return new TreeCursor(context.objects.reader, null)
  if (keyed === layout && stored !== undefined) return new TreeCursor(context.objects.reader, rootOf(stored))
  const other = (operand === input.left ? input.right : input.left).stored(name)
  const bytes =
    keyed === layout && operand.live !== undefined
      ? readInKeyOrder(context, operand.live, layout, signal)
      : rekeyed({ context, operand, layout, keyed, signal })
  return new LiveChunks(liveChunks(input, bytes, keyed, other?.root == null ? undefined : other.splitBits))
}

async function* liveChunks(
  input: DiffCollectionInput,
  bytes: AsyncIterable<Buffer>,
  layout: CollectionLayout,
  splitBits: number | undefined,
): AsyncGenerator<LiveChunk, void, undefined> {
  const { objects } = input.context
  const seed = splitSeeds(objects.splitSeed).chunk
  const { chunks } = await splitCollection(bytes, layout, seed, splitBits)
  for await (const chunk of chunks) {
    const entry: ChunkEntry = describeChunk((part) => objects.identify(part), chunk).entry
    input.fingerprint?.update(entry.id)
    yield { entry, plaintext: chunk.bytes }
  }
}

/** What must be equal for equal bytes to mean equal records. */
function shapeOf({ format, encoding, columns, key }: CollectionLayout): string {
  return JSON.stringify([format, encoding, columns.map(({ name, type }) => [name, type]), key])
}

function keyOf({ format, columns, key }: CollectionLayout): string {
  return JSON.stringify([format, key.map((part) => [columns[part.column]?.name, part.order])])
}

/** `layout` with the key of `other`, whose columns it may hold at other places; without key where it lacks one of them. */
function keyedLike(layout: CollectionLayout, other: CollectionLayout): CollectionLayout {
  const key = other.key.map(({ column, order }) => ({
    column: layout.columns.findIndex(({ name }) => name === other.columns[column]?.name),
    order,
  }))
  return { ...layout, key: key.some(({ column }) => column === -1) ? [] : key }
}

/** A digest into which chunk ids are put. */
export function fingerprintHash(): Hash {
  return createHash('sha256')
}
