import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collect } from '../../test/support/collect.ts'
import { MemoryObjects } from '../../test/support/memory-objects.ts'
import { buildTree, entryOf, keyOf } from '../../test/support/tree-of-keys.ts'
import { InterruptedError } from '../errors/interrupted-error.ts'
import { LiveChunks } from './live-chunks.ts'
import { CHUNK_LEVEL, TreeCursor } from './tree-cursor.ts'
import { type DiffStep, diffTrees } from './tree-diff.ts'

const objects = new MemoryObjects()
type Chunks = ReadonlyMap<number, string>

const entriesOf = (chunks: Chunks) =>
  [...chunks].sort(([a], [b]) => a - b).map(([number, content]) => entryOf(objects, number, content))

async function treeOf(chunks: Chunks, seed?: number): Promise<TreeCursor> {
  return new TreeCursor(objects, await buildTree(objects, entriesOf(chunks), null, seed))
}

const someChunks = fc
  .array(fc.tuple(fc.nat(2000), fc.constantFrom('', 'other')), { maxLength: 1000, size: 'max' })
  .map((pairs) => new Map(pairs.map(([number, content]) => [number * 4, content])))

describe('tree diff', () => {
  it('yields the chunks that only one side holds, in order, and counts what both hold', async () => {
    const edits = fc.array(fc.tuple(fc.nat(2000), fc.constantFrom('', 'other', 'gone')), { maxLength: 20 })
    const seeds = fc.constantFrom([1, 1], [1, 2])
    await fc.assert(
      fc.asyncProperty(someChunks, edits, seeds, fc.boolean(), async (left, changes, [seedA, seedB], isLive) => {
        const right = new Map(left)
        for (const [number, content] of changes) {
          if (content === 'gone') right.delete(4 * number)
          else right.set(4 * number, content)
        }
        const liveSide = () => new LiveChunks(live(entriesOf(right)))
        const steps = await collect(
          diffTrees(await treeOf(left, seedA), isLive ? liveSide() : await treeOf(right, seedB)),
        )
        const only = (a: Chunks, b: Chunks) =>
          entriesOf(new Map([...a].filter(([number, content]) => b.get(number) !== content)))
        const of = (side: string) => steps.filter((step) => step.side === side).map((step) => step.entry)
        expect(of('left')).toEqual(only(left, right))
        expect(of('right')).toEqual(only(right, left))
        const equal = of('both').reduce((sum, entry) => sum + entry.records, 0)
        expect(equal).toBe(2 * (left.size - only(left, right).length))
        const starts = steps.map((step) => step.entry.firstKey)
        expect(starts).toEqual([...starts].sort(Buffer.compare))
      }),
      { numRuns: 60 },
    )
  })

  it('skips equal trees by reading their roots, and equal subtrees whole', async () => {
    const chunks = new Map(Array.from({ length: 8000 }, (_, i) => [i * 4, '']))
    const steps = await collect(diffTrees(await treeOf(chunks), await treeOf(chunks)))
    expect(steps).toMatchObject([{ side: 'both', level: 2, entry: { records: 16_000 } }])
    const changed = new Map([...chunks, ...Array.from({ length: 10 }, (_, i): [number, string] => [i * 3200, 'x'])])
    const [left, right] = [await treeOf(chunks), await treeOf(changed)]
    objects.reads.length = 0
    const found = await collect(diffTrees(left, right))
    expect(found.filter((step) => step.side !== 'both')).toHaveLength(20)
    expect(objects.reads.length).toBeLessThan(2 * (10 * 2 + 2))
  })

  it('finds a small tree in a large one', async () => {
    const large = new Map(Array.from({ length: 5000 }, (_, i) => [i * 4, '']))
    const small = new Map([...large].slice(0, 20))
    const leftOnly = await collect(diffTrees(await treeOf(large), await treeOf(small)))
    expect(count(leftOnly, 'left')).toBe(4980)
    const rightOnly = await collect(diffTrees(await treeOf(small), await treeOf(large)))
    expect(count(rightOnly, 'right')).toBe(4980)
  })

  it('yields everything where equal ids say nothing', async () => {
    const chunks = new Map(Array.from({ length: 300 }, (_, i) => [i * 4, '']))
    const steps = await collect(diffTrees(await treeOf(chunks), await treeOf(chunks), { skipEqual: false }))
    expect([count(steps, 'left'), count(steps, 'right'), count(steps, 'both')]).toEqual([300, 300, 0])
  })

  it('does not take chunks of equal bytes for equal where they begin at other keys', async () => {
    const entry = entryOf(objects, 4)
    const moved = { ...entry, firstKey: keyOf(8), lastKey: keyOf(9) }
    const steps = await collect(diffTrees(new LiveChunks(live([entry])), new LiveChunks(live([moved]))))
    expect(steps.map((step) => [step.side, CHUNK_LEVEL])).toEqual([
      ['left', CHUNK_LEVEL],
      ['right', CHUNK_LEVEL],
    ])
  })

  it('stops when cancelled', async () => {
    const controller = new AbortController()
    const chunks = new Map(Array.from({ length: 300 }, (_, i) => [i * 4, '']))
    const read = async () => {
      for await (const _ of diffTrees(await treeOf(chunks), await treeOf(new Map()), { signal: controller.signal })) {
        controller.abort(new Error('enough'))
      }
    }
    await expect(read()).rejects.toThrow(InterruptedError)
  })
})

async function* live(entries: readonly TreeRootEntry[]) {
  for (const entry of entries) yield { entry, plaintext: Buffer.alloc(0) }
}

type TreeRootEntry = ReturnType<typeof entriesOf>[number]

function count(steps: readonly DiffStep[], side: DiffStep['side']): number {
  return steps.filter((step) => step.side === side).length
}
