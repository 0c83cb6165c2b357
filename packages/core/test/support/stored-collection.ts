import { ChunkSplitter } from '../../src/chunking/chunk-splitter.ts'
import type { ChunkEntry } from '../../src/record-tree/chunk-entry.ts'
import type { LiveChunk } from '../../src/record-tree/live-chunks.ts'
import { PreviousTree } from '../../src/record-tree/previous-tree.ts'
import { encodeSegments } from '../../src/record-tree/segments-codec.ts'
import { TreeBuilder } from '../../src/record-tree/tree-builder.ts'
import type { TreeRoot } from '../../src/record-tree/tree-root.ts'
import { createRecordReader } from '../../src/records/create-record-reader.ts'
import type { CollectionLayout } from '../../src/values/collection.ts'
import type { MemoryObjects } from './memory-objects.ts'
import { SEED } from './tree-of-keys.ts'

const MIB = 1024 * 1024

const text = { type: 'text', shape: 'string', equality: 'bytes' } as const

/** A table of a whole number, its key, and a text. */
export const KEYED: CollectionLayout = {
  name: 'public.things',
  format: 'copy-text',
  encoding: 'utf-8',
  columns: [
    { ...text, name: 'id', type: 'bigint' },
    { ...text, name: 'note' },
  ],
  key: [{ column: 0, order: 'integer' }],
}

/** The same without its key. */
export const KEYLESS: CollectionLayout = { ...KEYED, key: [] }

export interface SplitOptions {
  readonly layout?: CollectionLayout
  readonly seed?: number
  readonly splitBits?: number
}

/** The chunks of records that are given in key order, with the ids that they are or would be stored under. */
export function splitRecords(
  objects: MemoryObjects,
  records: readonly Buffer[],
  options: SplitOptions = {},
): LiveChunk[] {
  const { layout = KEYED, seed = SEED, splitBits = 3 } = options
  const splitter = new ChunkSplitter({ reader: createRecordReader(layout), seed, splitBits, collection: layout.name })
  const chunks = [...splitter.push(Buffer.concat(records)), ...splitter.finish()]
  return chunks.map(({ bytes, firstKey, lastKey, records: count }) => {
    const segmented = bytes.length > MIB
    const id = objects.identify(segmented ? segmentsOf(objects, bytes) : bytes)
    return { plaintext: bytes, entry: { id, firstKey, lastKey, records: count, bytes: bytes.length, segmented } }
  })
}

/** Stores records that are given in key order, as a take does. */
export async function storeRecords(
  objects: MemoryObjects,
  records: readonly Buffer[],
  options: SplitOptions & { readonly previous?: TreeRoot | null } = {},
): Promise<TreeRoot | null> {
  const { previous, seed = SEED } = options
  const builder = new TreeBuilder(objects, {
    seed,
    ...(previous ? { previous: new PreviousTree(objects, previous) } : {}),
  })
  for (const { entry, plaintext } of splitRecords(objects, records, options)) {
    await storeChunk(objects, entry, plaintext)
    await builder.add(entry)
  }
  return builder.finish()
}

async function storeChunk(objects: MemoryObjects, entry: ChunkEntry, bytes: Buffer): Promise<void> {
  if (!entry.segmented) return objects.store('chunk', entry.id, bytes)
  for (const segment of cut(bytes)) await objects.store('chunk', objects.identify(segment), segment)
  await objects.store('segments', entry.id, segmentsOf(objects, bytes))
}

function segmentsOf(objects: MemoryObjects, bytes: Buffer): Buffer {
  return encodeSegments(cut(bytes).map((segment) => objects.identify(segment)))
}

function cut(bytes: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / MIB) }, (_, i) => bytes.subarray(i * MIB, (i + 1) * MIB))
}
