import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryObjects } from '../../test/support/memory-objects.ts'
import { keyOf } from '../../test/support/tree-of-keys.ts'
import { DamagedError } from '../errors/damaged-error.ts'
import type { ChunkEntry } from './chunk-entry.ts'
import { decodeNode, encodeNode, MAX_LEVEL } from './node-codec.ts'

const objects = new MemoryObjects()
const id = objects.identify(Buffer.from('id'))

/** Any legal list of entries: distinct keys in order, dealt out as one or two to an entry. */
const someEntries = fc
  .record({
    keys: fc.uniqueArray(fc.uint8Array({ maxLength: 6 }), {
      minLength: 1,
      maxLength: 40,
      selector: (key) => Buffer.from(key).toString('hex'),
    }),
    pairs: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
    numbers: fc.array(fc.integer({ min: 2, max: 2 ** 50 }), { minLength: 40, maxLength: 40 }),
  })
  .map(({ keys, pairs, numbers }) => {
    const sorted = keys.map((key) => Buffer.from(key)).sort(Buffer.compare)
    const entries: ChunkEntry[] = []
    for (let i = 0; i < sorted.length; i++) {
      const firstKey = sorted[i] as Buffer
      const isPair = pairs[i] === true && i + 1 < sorted.length
      const lastKey = isPair ? (sorted[++i] as Buffer) : firstKey
      const records = isPair ? (numbers[i] as number) : 1
      const bytes = numbers[39 - (i % 40)] as number
      entries.push({
        id: objects.identify(firstKey),
        firstKey,
        lastKey,
        records,
        bytes,
        segmented: !isPair && i % 3 === 0,
      })
    }
    return entries
  })

/** One entry by hand: level, count, first key, last key, count * 2 + segmented, bytes, id. */
function node(parts: {
  level?: number
  count?: number[]
  keys?: number[]
  weight?: number[]
  bytes?: number[]
  end?: number
}) {
  const { level = 0, count = [1], keys = [0, 1, 7, 1, 0], weight = [2], bytes = [9], end = 20 } = parts
  return Buffer.from([level, ...count, ...keys, ...weight, ...bytes, ...Array(end).fill(0xab)])
}

describe('node codec', () => {
  it('reads what it wrote', () => {
    fc.assert(
      fc.property(someEntries, (entries) => {
        expect(decodeNode(encodeNode({ level: 0, entries }), id)).toEqual({ level: 0, entries })
        const inner = entries.map((entry) => ({ ...entry, segmented: false }))
        expect(decodeNode(encodeNode({ level: 3, entries: inner }), id)).toEqual({ level: 3, entries: inner })
      }),
      { numRuns: 200 },
    )
  })

  it('has one form for one content: whatever else decodes at all encodes to the same bytes', () => {
    const flips = fc.array(fc.record({ at: fc.nat(), value: fc.nat(255) }), { maxLength: 3 })
    fc.assert(
      fc.property(someEntries, flips, fc.nat(), (entries, changes, cut) => {
        const bytes = Buffer.from(encodeNode({ level: 0, entries }))
        for (const { at, value } of changes) bytes[at % bytes.length] = value
        for (const candidate of [bytes, bytes.subarray(0, cut % bytes.length)]) {
          try {
            expect(encodeNode(decodeNode(candidate, id)).equals(candidate)).toBe(true)
          } catch (error) {
            expect(error).toBeInstanceOf(DamagedError)
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('accepts the smallest node', () => {
    expect(decodeNode(node({}), id).entries).toHaveLength(1)
  })

  it.each([
    ['nothing at all', Buffer.alloc(0)],
    ['a level that no tree has', node({ level: MAX_LEVEL + 1 })],
    ['no entries', node({ count: [0], keys: [], weight: [], bytes: [], end: 0 })],
    ['more entries than bytes', node({ count: [2] })],
    ['a number in a longer form', node({ count: [0x81, 0x00] })],
    ['a number above 2^53', node({ bytes: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f] })],
    ['a number of nine bytes', node({ bytes: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1] })],
    ['a number that is cut', node({ bytes: [0xff], end: 0 })],
    ['a key that shares more than there is', node({ keys: [1, 1, 7, 1, 0] })],
    ['a key that is cut', node({ keys: [0, 100, 7, 1, 0] })],
    ['a key in a longer form', node({ keys: [0, 1, 7, 0, 1, 7] })],
    ['a last key before the first', node({ keys: [0, 1, 7, 0, 1, 6], weight: [4] })],
    ['a last key that is the beginning of the first', node({ keys: [0, 1, 7, 0, 0], weight: [4] })],
    ['a record count of zero', node({ weight: [0] })],
    ['a size of zero', node({ bytes: [0] })],
    ['two records under one key', node({ weight: [4] })],
    ['one record under two keys', node({ keys: [0, 1, 7, 1, 1, 7] })],
    ['segments of two records', node({ keys: [0, 1, 7, 1, 1, 7], weight: [5] })],
    ['segments in an inner node', node({ level: 1, weight: [3] })],
    ['a byte too many', node({ end: 21 })],
    ['a byte too few', node({ end: 19 })],
  ])('refuses %s', (_name, bytes) => {
    expect(() => decodeNode(bytes, id)).toThrow(DamagedError)
  })

  it('refuses the same key in two entries', () => {
    const entry = { id, firstKey: keyOf(1), lastKey: keyOf(1), records: 1, bytes: 5, segmented: false }
    expect(() => decodeNode(encodeNode({ level: 0, entries: [entry, entry] }), id)).toThrow(/out of order/)
  })
})
