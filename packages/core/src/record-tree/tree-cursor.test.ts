import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { collect } from '../../test/support/collect.ts'
import { MemoryObjects } from '../../test/support/memory-objects.ts'
import { buildTree, entryOf, keyOf } from '../../test/support/tree-of-keys.ts'
import { DamagedError } from '../errors/damaged-error.ts'
import type { ChunkEntry } from './chunk-entry.ts'
import { encodeNode } from './node-codec.ts'
import { CHUNK_LEVEL, TreeCursor } from './tree-cursor.ts'
import type { TreeRoot } from './tree-root.ts'

describe('tree cursor', () => {
  const objects = new MemoryObjects()
  const entries = Array.from({ length: 6000 }, (_, i) => entryOf(objects, i * 4))
  let root: TreeRoot

  beforeEach(async () => {
    root = (await buildTree(objects, entries)) as TreeRoot
    objects.reads.length = 0
  })

  it('streams all chunks in order and reads every node once', async () => {
    const seen = await collect(new TreeCursor(objects, root).chunks())
    expect(seen).toEqual(entries)
    expect(new Set(objects.reads).size).toBe(objects.reads.length)
  })

  it('streams from any key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(4 * 6000), async (from) => {
        const expected = entries.find((entry) => entry.lastKey.compare(keyOf(from)) >= 0)
        for await (const entry of new TreeCursor(objects, root).chunks(keyOf(from))) {
          expect(entry).toEqual(expected)
          return
        }
        expect(expected).toBeUndefined()
      }),
      { numRuns: 50 },
    )
  })

  it('seeks forwards and backwards', async () => {
    const cursor = new TreeCursor(objects, root)
    const numbers = fc.array(
      fc.record({ number: fc.nat(4 * 6000 + 9), level: fc.integer({ min: CHUNK_LEVEL, max: 2 }) }),
    )
    await fc.assert(
      fc.asyncProperty(numbers, async (places) => {
        for (const { number, level } of places) {
          await cursor.seek(keyOf(number), level)
          if (number > 4 * 5999 + 1) expect(cursor.entry).toBeUndefined()
          else {
            expect(cursor.level).toBe(level)
            expect((cursor.entry as ChunkEntry).lastKey.compare(keyOf(number))).toBeGreaterThanOrEqual(0)
            if (number % 4 < 2 && level === CHUNK_LEVEL) expect(cursor.entry).toEqual(entries[number >> 2])
          }
        }
      }),
      { numRuns: 50 },
    )
  })

  it('reads nothing to skip a subtree', async () => {
    const cursor = new TreeCursor(objects, root)
    await cursor.open()
    await cursor.open()
    expect(cursor.level).toBe(root.height)
    expect(cursor.entry).toMatchObject({ id: root.id, records: 12_000 })
    await cursor.descend()
    const second = cursor.level
    while (cursor.entry !== undefined) {
      expect(cursor.level).toBe(second)
      expect(cursor.isOpen(cursor.entry.id)).toBe(true)
      cursor.skip()
    }
    expect(objects.reads).toEqual([root.id])
    expect(cursor.isOpen(objects.identify(Buffer.from('?')))).toBe(false)
  })

  it('knows an empty tree and one that is not open yet', async () => {
    const empty = new TreeCursor(objects, null)
    expect([empty.entry, empty.level, empty.height, empty.lastKey]).toEqual([
      undefined,
      CHUNK_LEVEL,
      CHUNK_LEVEL,
      undefined,
    ])
    expect(await collect(empty.chunks())).toEqual([])
    expect(await collect(empty.chunks(keyOf(3)))).toEqual([])
    const cursor = new TreeCursor(objects, root)
    expect([cursor.height, cursor.lastKey]).toEqual([root.height, undefined])
    await cursor.open()
    expect(cursor.lastKey).toEqual(keyOf(4 * 5999 + 1))
  })

  it('reports a missing node when it is entered, not when it is read ahead', async () => {
    const cursor = new TreeCursor(objects, root)
    await cursor.seek(keyOf(4 * 5999), 0)
    const last = cursor.entry as ChunkEntry
    const bytes = objects.objects.get(`node ${last.id}`) as Buffer
    objects.objects.delete(`node ${last.id}`)
    let seen = 0
    const read = async () => {
      for await (const _ of new TreeCursor(objects, root).chunks()) seen += 1
    }
    await expect(read()).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
    expect(seen).toBeGreaterThan(5000)
    objects.objects.set(`node ${last.id}`, bytes)
  })

  it.each([
    ['another level', { height: 1 }],
    ['another record count', { records: 5 }],
    ['another size', { bytes: 5 }],
  ])('refuses a root of %s than told', async (_name, wrong) => {
    await expect(new TreeCursor(objects, { ...root, ...wrong }).open()).rejects.toThrow(DamagedError)
  })

  it.each(['firstKey', 'lastKey'] as const)('refuses a node whose %s is not what its parent says', async (name) => {
    const leaf = encodeNode({ level: 0, entries: entries.slice(10, 20) })
    const id = objects.identify(leaf)
    await objects.store('node', id, leaf)
    const [first, last] = [entries[10] as ChunkEntry, entries[19] as ChunkEntry]
    const told = { id, firstKey: first.firstKey, lastKey: last.lastKey, records: 20, bytes: 1000, segmented: false }
    const bytes = encodeNode({ level: 1, entries: [{ ...told, [name]: keyOf(name === 'firstKey' ? 1 : 4 * 19 + 2) }] })
    const top = objects.identify(bytes)
    await objects.store('node', top, bytes)
    const cursor = new TreeCursor(objects, { id: top, height: 1, records: 20, bytes: 1000 })
    await cursor.open()
    await cursor.descend()
    await expect(cursor.descend()).rejects.toThrow(/not what the node above it says/)
  })
})
