import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryObjects } from '../../test/support/memory-objects.ts'
import { buildTree, entryOf, keyOf, SEED } from '../../test/support/tree-of-keys.ts'
import { SourceOrderError } from '../errors/source-order-error.ts'
import type { ChunkEntry } from './chunk-entry.ts'
import { TreeBuilder } from './tree-builder.ts'
import { TreeCursor } from './tree-cursor.ts'
import type { TreeRoot } from './tree-root.ts'

const numbers = (count: number, step = 4) => Array.from({ length: count }, (_, i) => i * step)

async function treeOf(
  objects: MemoryObjects,
  of: readonly number[],
  previous?: TreeRoot | null,
  changed?: Set<number>,
) {
  const entries = of.map((number) => entryOf(objects, number, changed?.has(number) ? 'changed' : ''))
  return (await buildTree(objects, entries, previous)) as TreeRoot
}

function newNodes(objects: MemoryObjects, since: number): Set<string> {
  return new Set(objects.stored.slice(since).map((one) => one.id))
}

describe('tree builder', () => {
  it('makes no tree of nothing and a leaf of one chunk', async () => {
    const objects = new MemoryObjects()
    expect(await buildTree(objects, [])).toBeNull()
    const root = await treeOf(objects, [7])
    expect(root).toMatchObject({ height: 0, records: 2, bytes: 100 })
    expect(objects.stored).toHaveLength(1)
  })

  it('pins the root of 10 000 chunks', async () => {
    const objects = new MemoryObjects()
    const root = await treeOf(objects, numbers(10_000))
    expect(root).toEqual({ id: GOLDEN_ROOT, height: 2, records: 20_000, bytes: 1_000_000 })
  })

  it('gives the same root for the same chunks, whatever the history', async () => {
    const sets = fc.array(fc.uniqueArray(fc.nat(900), { maxLength: 300, size: 'max' }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(
        sets,
        fc.uniqueArray(fc.nat(900), { minLength: 1, maxLength: 300, size: 'max' }),
        async (history, last) => {
          const ascending = (set: number[]) => set.map((n) => n * 2).sort((a, b) => a - b)
          const fresh = await treeOf(new MemoryObjects(), ascending(last))
          const objects = new MemoryObjects()
          let root: TreeRoot | null = null
          for (const set of [...history, last]) root = await treeOf(objects, ascending(set), root)
          expect(root).toEqual(fresh)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('stores nothing where nothing changed', async () => {
    const objects = new MemoryObjects()
    const first = await treeOf(objects, numbers(5000))
    const before = objects.stored.length
    expect(await treeOf(objects, numbers(5000), first)).toEqual(first)
    expect(objects.stored.length).toBe(before)
  })

  it('an update changes only the ancestors of its chunk, each stored with its elder as base', async () => {
    const objects = new MemoryObjects()
    const first = await treeOf(objects, numbers(5000))
    for (const changed of [0, 4 * 1234, 4 * 4999]) {
      const before = objects.stored.length
      const second = await treeOf(objects, numbers(5000), first, new Set([changed]))
      const stored = objects.stored.slice(before)
      expect(stored).toHaveLength(first.height + 1)
      expect(stored.at(-1)).toMatchObject({ id: second.id, base: first.id })
      const path = await pathTo(objects, first, keyOf(changed))
      expect(stored.map((one) => one.base)).toEqual(path.reverse())
    }
  })

  it('an inserted chunk changes at most two nodes a level, and no more than one where it ends none', async () => {
    const objects = new MemoryObjects()
    const first = await treeOf(objects, numbers(5000))
    for (let i = 0; i < 60; i++) {
      const inserted = 4 * (i * 83) + 2
      const before = objects.stored.length
      const chunks = [...numbers(5000), inserted].sort((a, b) => a - b)
      await treeOf(objects, chunks, first)
      expect(newNodes(objects, before).size).toBeLessThanOrEqual(2 * (first.height + 1))
    }
  })

  it('an appended chunk rests on the last nodes of the previous tree', async () => {
    const objects = new MemoryObjects()
    const first = await treeOf(objects, numbers(5000))
    const before = objects.stored.length
    await treeOf(objects, numbers(5001), first)
    expect(objects.stored.slice(before).map((one) => one.base)).toEqual(
      (await pathTo(objects, first, keyOf(4 * 4999))).reverse(),
    )
  })

  it('a tree that has grown has bases as far up as the previous one reached', async () => {
    const objects = new MemoryObjects()
    const first = await treeOf(objects, numbers(10))
    const second = await treeOf(objects, numbers(2000), first)
    expect(second.height).toBeGreaterThan(first.height)
    expect(objects.stored.at(-1)).toMatchObject({ id: second.id, base: undefined })
  })

  it('bounds a node that no hash ends, by entries and by bytes of keys', async () => {
    const endless = await endlessKeys(4097)
    const objects = new MemoryObjects()
    const root = (await buildTree(objects, endless)) as TreeRoot
    expect(root.height).toBe(1)
    const large = numbers(3).map((number) => ({
      ...entryOf(objects, number),
      lastKey: Buffer.concat([keyOf(number + 1), Buffer.alloc(9 << 20)]),
    }))
    expect(((await buildTree(objects, large)) as TreeRoot).height).toBeGreaterThan(0)
  })

  it('refuses chunks out of order', async () => {
    const objects = new MemoryObjects()
    const builder = new TreeBuilder(objects, { seed: SEED })
    await builder.add(entryOf(objects, 8))
    await expect(builder.add(entryOf(objects, 9))).rejects.toThrow(SourceOrderError)
  })
})

/** Changes only with the format of nodes: a format change needs a new version and a decision record. */
const GOLDEN_ROOT = 'ee153a2b66c3bd36485f13b2d3e7e1118294512d'

/** Ids of the nodes from the root down to the leaf that holds a key. */
async function pathTo(objects: MemoryObjects, root: TreeRoot, key: Buffer): Promise<string[]> {
  const path: string[] = []
  for (let level = root.height; level >= 0; level--) {
    const cursor = new TreeCursor(objects, root)
    await cursor.seek(key, level)
    path.push((cursor.entry as ChunkEntry).id)
  }
  return path
}

/** Chunks none of whose last keys ends a leaf: found by building a node of each alone with the next. */
async function endlessKeys(count: number): Promise<ChunkEntry[]> {
  const found: ChunkEntry[] = []
  for (let number = 0; found.length < count; number += 2) {
    const objects = new MemoryObjects()
    const root = await treeOf(objects, [number, 0x7fffffff])
    if (root.height === 0) found.push(entryOf(objects, number))
  }
  return found
}
