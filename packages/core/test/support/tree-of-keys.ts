import type { ChunkEntry } from '../../src/record-tree/chunk-entry.ts'
import { PreviousTree } from '../../src/record-tree/previous-tree.ts'
import { TreeBuilder } from '../../src/record-tree/tree-builder.ts'
import type { TreeRoot } from '../../src/record-tree/tree-root.ts'
import type { MemoryObjects } from './memory-objects.ts'

/** A seed for tests that pin results. */
export const SEED = 0x5eed

/** The key of a number: four bytes, big-endian. */
export function keyOf(number: number): Buffer {
  const key = Buffer.alloc(4)
  key.writeUInt32BE(number)
  return key
}

/** An entry of one made-up chunk of two records, `number` and the next one; other `content`, other id. */
export function entryOf(objects: MemoryObjects, number: number, content = ''): ChunkEntry {
  const id = objects.identify(Buffer.from(`${number} ${content}`))
  return { id, firstKey: keyOf(number), lastKey: keyOf(number + 1), records: 2, bytes: 100, segmented: false }
}

/** Builds a tree over entries. */
export async function buildTree(
  objects: MemoryObjects,
  entries: readonly ChunkEntry[],
  previous?: TreeRoot | null,
  seed = SEED,
): Promise<TreeRoot | null> {
  const options = previous ? { seed, previous: new PreviousTree(objects, previous) } : { seed }
  const builder = new TreeBuilder(objects, options)
  for (const entry of entries) await builder.add(entry)
  return builder.finish()
}
