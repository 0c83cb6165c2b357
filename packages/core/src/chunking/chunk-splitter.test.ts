import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRecordReader } from '../records/create-record-reader.ts'
import type { CollectionLayout } from '../values/collection.ts'
import { MAX_CHUNK_BYTES } from './chunk-limits.ts'
import { ChunkSplitter, type ChunkSplitterOptions, type SplitChunk } from './chunk-splitter.ts'

const layout: CollectionLayout = {
  name: 'public.t',
  format: 'copy-text',
  encoding: 'utf-8',
  columns: [
    { name: 'id', type: 'bigint', shape: 'string', equality: 'bytes' },
    { name: 'note', type: 'text', shape: 'string', equality: 'bytes' },
  ],
  key: [{ column: 0, order: 'integer' }],
}

const splitter = (splitBits: number, more: Partial<ChunkSplitterOptions> = {}): ChunkSplitter =>
  new ChunkSplitter({ reader: createRecordReader(layout), seed: 7, splitBits, collection: layout.name, ...more })

function split(bytes: Buffer, splitBits: number, piece = 1000): SplitChunk[] {
  const s = splitter(splitBits)
  const chunks: SplitChunk[] = []
  for (let at = 0; at < bytes.length; at += piece) chunks.push(...s.push(bytes.subarray(at, at + piece)))
  return [...chunks, ...s.finish()]
}

const line = (id: number, note = `note ${id}`): string => `${id}\t${note}\n`
const lines = (ids: readonly number[]): Buffer => Buffer.from(ids.map((id) => line(id)).join(''))
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

describe('ChunkSplitter', () => {
  it('loses and changes no byte, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (ids, piece) => {
        const bytes = lines(ids.sort((a, b) => a - b))
        const chunks = split(bytes, 3, piece)
        expect(Buffer.concat(chunks.map((chunk) => chunk.bytes)).equals(bytes)).toBe(true)
        expect(chunks.reduce((sum, chunk) => sum + chunk.records, 0)).toBe(ids.length)
      }),
    )
  })

  it('cuts at the same keys whatever the other columns hold', () => {
    const a = split(lines(range(5000)), 4)
    const b = split(
      Buffer.from(
        range(5000)
          .map((id) => line(id, `another ${id % 7}`))
          .join(''),
      ),
      4,
    )
    expect(b.map((chunk) => chunk.lastKey.toString('hex'))).toEqual(a.map((chunk) => chunk.lastKey.toString('hex')))
  })

  it('an inserted record changes at most two chunks', () => {
    const before = new Set(split(lines(range(3000).map((i) => i * 2)), 4).map((chunk) => chunk.bytes.toString()))
    const after = split(lines([...range(3000).map((i) => i * 2), 1111].sort((a, b) => a - b)), 4)
    expect(after.filter((chunk) => !before.has(chunk.bytes.toString())).length).toBeLessThanOrEqual(2)
  })

  it('averages 2^bits records a chunk', () => {
    const chunks = split(lines(range(100_000)), 6)
    expect(100_000 / chunks.length).toBeGreaterThan(55)
    expect(100_000 / chunks.length).toBeLessThan(75)
  })

  it('never exceeds 1 MiB but for a single larger record, which stands alone', () => {
    const big = 'x'.repeat(3 * MAX_CHUNK_BYTES)
    const bytes = Buffer.from(
      line(1) +
        line(2, big) +
        line(3) +
        range(3000)
          .map((i) => line(i + 4, 'y'.repeat(900)))
          .join(''),
    )
    const chunks = split(bytes, 20, 65_536)
    expect(Buffer.concat(chunks.map((chunk) => chunk.bytes)).equals(bytes)).toBe(true)
    const large = chunks.filter((chunk) => chunk.bytes.length > MAX_CHUNK_BYTES)
    expect(large.map((chunk) => chunk.records)).toEqual([1])
    expect(chunks.length).toBeGreaterThan(4)
  })

  it('refuses records out of order, one key twice and half a record', () => {
    expect(() => split(lines([1, 3, 2]), 3)).toThrow(/out of key order in public\.t/)
    expect(() => split(lines([1, 2, 2]), 3)).toThrow(/one key twice in public\.t/)
    expect(() => split(Buffer.from('1\tx'), 3)).toThrow(/middle of a record/)
  })

  it('refuses a record above 256 MiB, by its key where that is known', () => {
    const piece = Buffer.alloc(64 * MAX_CHUNK_BYTES, 'x')
    for (const [key, message] of [
      [undefined, 'a record of public.t is larger than 256 MiB'],
      ['id=1', 'a record of public.t (id=1) is larger than 256 MiB'],
    ]) {
      const s = splitter(3, key === undefined ? {} : { leadingKey: () => key })
      expect(() => {
        s.push(Buffer.from('1\t'))
        for (let i = 0; i < 5; i++) s.push(piece)
      }).toThrow(message)
    }
  })
})
