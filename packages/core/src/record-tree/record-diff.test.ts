import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryObjects } from '../../test/support/memory-objects.ts'
import { KEYED, KEYLESS, type SplitOptions, splitRecords, storeRecords } from '../../test/support/stored-collection.ts'
import { createRecordReader } from '../records/create-record-reader.ts'
import { keylessHash } from '../records/keyless-reader.ts'
import type { DiffSide } from './diff-side.ts'
import { LiveChunks } from './live-chunks.ts'
import { diffRecords, type RecordDiffBatch, type RecordDiffOptions } from './record-diff.ts'
import { TreeCursor } from './tree-cursor.ts'
import { diffTrees } from './tree-diff.ts'
import type { TreeRoot } from './tree-root.ts'

const objects = new MemoryObjects()
const line = (id: number, note: string | number) => Buffer.from(`${id}\t${note}\n`)
type Table = ReadonlyMap<number, string | number>
const recordsOf = (table: Table) => [...table].sort(([a], [b]) => a - b).map(([id, note]) => line(id, note))

async function stored(records: readonly Buffer[], options?: SplitOptions): Promise<TreeCursor> {
  return new TreeCursor(objects, await storeRecords(objects, records, options))
}

async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

function live(records: readonly Buffer[], options?: SplitOptions): LiveChunks {
  return new LiveChunks(stream(splitRecords(objects, records, options)))
}

function optionsFor(layout = KEYED): RecordDiffOptions {
  return {
    left: { objects, reader: createRecordReader(layout) },
    right: { objects, reader: createRecordReader(layout) },
  }
}

interface Flat {
  found: string[]
  keys: string[]
  equal: number
  largestBatch: number
}

/** Each batch as text while it is valid. */
async function flatten(batches: AsyncIterable<RecordDiffBatch>): Promise<Flat> {
  const flat: Flat = { found: [], keys: [], equal: 0, largestBatch: 0 }
  for await (const { differences, equalRecords } of batches) {
    flat.equal += equalRecords
    flat.largestBatch = Math.max(flat.largestBatch, differences.length)
    for (const one of differences) {
      const left = one.kind === 'added' ? '' : one.left.toString()
      const right = one.kind === 'removed' ? '' : one.right.toString()
      flat.found.push(`${one.kind} ${left}|${right}`)
      flat.keys.push(one.key.toString('hex'))
    }
  }
  return flat
}

async function diff(left: DiffSide, right: DiffSide, options = optionsFor()): Promise<Flat> {
  const skipEqual = options.compareBytes ?? true
  return flatten(diffRecords(diffTrees(left, right, { skipEqual }), options))
}

/** What a diff of two small tables has to find, by looking up every key. */
function naive(left: Table, right: Table): Pick<Flat, 'found' | 'equal'> {
  const found: string[] = []
  let equal = 0
  for (const id of [...new Set([...left.keys(), ...right.keys()])].sort((a, b) => a - b)) {
    const [a, b] = [left.get(id), right.get(id)]
    if (a === undefined) found.push(`added |${line(id, b as string)}`)
    else if (b === undefined) found.push(`removed ${line(id, a)}|`)
    else if (a === b) equal += 1
    else found.push(`changed ${line(id, a)}|${line(id, b)}`)
  }
  return { found, equal }
}

const someNotes = fc.oneof(fc.constant(''), fc.constant('x'.repeat(400)), fc.nat(3))
const someTable = fc
  .array(fc.tuple(fc.integer({ min: -200, max: 200 }), someNotes), { maxLength: 300, size: 'max' })
  .map((pairs) => new Map(pairs))
/** A table, and one that differs from it in a few records, or in all. */
const somePair = fc.oneof(
  fc.tuple(someTable, someTable),
  fc
    .tuple(someTable, fc.array(fc.tuple(fc.integer({ min: -200, max: 200 }), fc.option(someNotes)), { maxLength: 6 }))
    .map(([table, edits]): [Table, Table] => {
      const other = new Map(table)
      for (const [id, note] of edits) note === null ? other.delete(id) : other.set(id, note)
      return [table, other]
    }),
)

describe('record diff', () => {
  it('finds what comparing every record finds, between stored and live sides, cut alike or not', async () => {
    const parameters = fc.record({ splitBits: fc.nat(6), seed: fc.nat(3) })
    const sides = fc.constantFrom([stored, stored], [stored, live], [live, stored], [live, live])
    await fc.assert(
      fc.asyncProperty(
        somePair,
        parameters,
        fc.option(parameters),
        sides,
        async ([a, b], one, other, [makeA, makeB]) => {
          const left = await makeA?.(recordsOf(a), one)
          const right = await makeB?.(recordsOf(b), other ?? one)
          const { found, equal, keys } = await diff(left as DiffSide, right as DiffSide)
          expect({ found, equal }).toEqual(naive(a, b))
          expect(keys).toEqual([...keys].sort())
        },
      ),
      { numRuns: 200 },
    )
  })

  it('yields every record that both hold where bytes say nothing', async () => {
    await fc.assert(
      fc.asyncProperty(somePair, async ([a, b]) => {
        const options = { ...optionsFor(), compareBytes: false }
        const { found, equal } = await diff(await stored(recordsOf(a)), await stored(recordsOf(b)), options)
        const all = naive(a, b)
        expect(equal).toBe(0)
        expect(found.length).toBe(all.found.length + all.equal)
        expect(found.filter((one) => !isSame(one))).toEqual(all.found)
      }),
      { numRuns: 50 },
    )
  })

  it('counts equal records of collections without key, cut in the middle of them or not', async () => {
    const some = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(40)), { maxLength: 6 })
    const parameters = fc.record({ splitBits: fc.nat(4), seed: fc.nat(3) })
    await fc.assert(
      fc.asyncProperty(some, some, parameters, fc.option(parameters), async (a, b, one, other) => {
        const records = (list: [string, number][]) =>
          list
            .flatMap(([note, count]) => Array<Buffer>(count).fill(line(0, note)))
            .sort((x, y) => keylessHash(x).compare(keylessHash(y)))
        const left = await stored(records(a), { ...one, layout: KEYLESS })
        const right = await stored(records(b), { ...(other ?? one), layout: KEYLESS })
        const { found, equal } = await diff(left, right, optionsFor(KEYLESS))
        const count = (list: readonly unknown[], what: string) =>
          list.filter((each) => String(each).includes(what)).length
        let expectedEqual = 0
        for (const note of ['a', 'b', 'c', 'd']) {
          const [before, after] = [count(records(a), `\t${note}\n`), count(records(b), `\t${note}\n`)]
          expect(count(found, `removed 0\t${note}`)).toBe(Math.max(0, before - after))
          expect(count(found, `added |0\t${note}`)).toBe(Math.max(0, after - before))
          expectedEqual += Math.min(before, after)
        }
        expect(count(found, 'changed')).toBe(0)
        expect(equal).toBe(expectedEqual)
      }),
      { numRuns: 150 },
    )
  })

  it('reads little where little changed', async () => {
    const table = new Map(Array.from({ length: 50_000 }, (_, i): [number, string | number] => [i, i % 7]))
    const left = await stored(recordsOf(table), { splitBits: 3 })
    for (const id of [5, 40_000]) table.set(id, 'changed')
    const right = await stored(recordsOf(table), { splitBits: 3 })
    objects.reads.length = 0
    const { found, equal } = await diff(left, right)
    expect(found).toEqual(['changed 5\t5\n|5\tchanged\n', 'changed 40000\t2\n|40000\tchanged\n'])
    expect(equal).toBe(49_998)
    expect(objects.reads.length).toBeLessThanOrEqual(2 * (1 + 2 * 3))
  })

  it('yields thousands of differences of one chunk in several batches', async () => {
    const table = new Map(Array.from({ length: 5000 }, (_, i) => [i, 1]))
    const other = new Map(Array.from({ length: 5000 }, (_, i) => [i, 2]))
    const nothing = new Map()
    for (const [a, b] of [
      [table, other],
      [table, nothing],
      [nothing, table],
    ] as [Table, Table][]) {
      const steps = diffTrees(
        await stored(recordsOf(a), { splitBits: 20 }),
        await stored(recordsOf(b), { splitBits: 20 }),
      )
      const { largestBatch, ...found } = await flatten(diffRecords(steps, optionsFor()))
      expect(largestBatch).toBeLessThanOrEqual(1024)
      expect(found).toMatchObject(naive(a, b))
    }
  })

  it('compares records larger than all that is read ahead', async () => {
    const note = (letter: string) => letter.repeat(17 << 20)
    const a = new Map([
      [1, 'small'],
      [2, note('a')],
      [3, note('b')],
      [4, note('c')],
      [5, 'small'],
    ])
    const b = new Map([...a, [3, note('d')]])
    for (const right of [await stored(recordsOf(b)), live(recordsOf(b))]) {
      const batches = diffRecords(diffTrees(await stored(recordsOf(a)), right), optionsFor())
      let equal = 0
      const kinds: string[] = []
      for await (const batch of batches) {
        equal += batch.equalRecords
        kinds.push(...batch.differences.map((one) => one.kind))
      }
      expect([equal, kinds]).toEqual([4, ['changed']])
    }
  })

  it('reports a chunk that is missing, cut or shorter than its tree says', async () => {
    const table: Table = new Map([
      [1, 'one'],
      [2, 'two'],
    ])
    const empty = () => stored([])
    const fails = async (options: { bytes?: string; records?: number }) => {
      const [chunk] = splitRecords(objects, recordsOf(table), { splitBits: 20 })
      if (chunk === undefined) throw new Error('no chunk')
      const plaintext = Buffer.from(options.bytes ?? chunk.plaintext)
      const entry = { ...chunk.entry, bytes: plaintext.length, records: options.records ?? 2 }
      return diff(new LiveChunks(stream([{ entry, plaintext }])), await empty())
    }
    await expect(fails({ bytes: '1\tone\n2\ttw' })).rejects.toThrow(/ends within a record/)
    await expect(fails({ records: 1 })).rejects.toThrow(/more records than its tree says/)
    const root = (await storeRecords(objects, recordsOf(new Map([[9, 'gone']])))) as TreeRoot
    for (const name of [...objects.objects.keys()]) {
      if (objects.objects.get(name)?.equals(line(9, 'gone'))) objects.objects.delete(name)
    }
    await expect(diff(new TreeCursor(objects, root), await empty())).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
  })

  it('closes both sides when the loop is left, and passes on their failures', async () => {
    const records = recordsOf(new Map(Array.from({ length: 900 }, (_, i) => [i, i])))
    let closed = 0
    async function* watched(failAt = Number.POSITIVE_INFINITY) {
      try {
        let count = 0
        for (const chunk of splitRecords(objects, records, { splitBits: 2 })) {
          if (count++ === failAt) throw new Error('the source broke')
          yield chunk
        }
      } finally {
        closed += 1
      }
    }
    for await (const batch of diffRecords(diffTrees(new LiveChunks(watched()), await stored([])), optionsFor())) {
      expect(batch.differences.length).toBeGreaterThan(0)
      break
    }
    expect(closed).toBe(1)
    await expect(diff(await stored([]), new LiveChunks(watched(30)))).rejects.toThrow('the source broke')
    expect(closed).toBe(2)
  })
})

function isSame(found: string): boolean {
  const [left, right] = found.replace('changed ', '').split('|')
  return left === right
}
