import { expect, it } from 'vitest'
import { bson, documentLayout } from '../../test/support/bson-documents.ts'
import { collect } from '../../test/support/collect.ts'
import { KEYED, KEYLESS } from '../../test/support/stored-collection.ts'
import { parseDiffId } from '../values/diff-id.ts'
import { parseObjectId } from '../values/object-id.ts'
import { parseSnapshotId } from '../values/snapshot-id.ts'
import { createRecordReader } from './create-record-reader.ts'
import { frameRecords } from './frame-records.ts'
import { encodeKeyPart, KeyBuffer } from './key-encoding.ts'

/** The key of a record of two fields whose second is the key, a text. */
function keyOf(field: string): Buffer {
  const reader = createRecordReader({ ...KEYED, key: [{ column: 1, order: 'text' }] })
  const record = Buffer.from(`7\t${field}\n`)
  const length = reader.key(record, 0, record.length)
  return Buffer.from(reader.keyBytes.subarray(0, length))
}

function encoded(value: string): Buffer {
  const out = new KeyBuffer()
  const bytes = Buffer.from(value)
  encodeKeyPart(out, 'text', bytes, 0, bytes.length)
  return out.copy()
}

it('a key of text is the value, not its escapes, whatever its length', () => {
  expect(keyOf('a\\tb\\\\')).toEqual(encoded('a\tb\\'))
  for (const length of [1, 255, 256, 257, 1000, 100_000]) {
    const value = 'x'.repeat(length)
    expect(keyOf(value)).toEqual(encoded(value))
    expect(keyOf(`\\n${value}`)).toEqual(encoded(`\n${value}`))
  }
})

it('records are framed wherever the bytes are cut, and the last one must be whole', async () => {
  const bytes = Buffer.from('1\ta\n22\tbb\n\n')
  async function* cut(size: number, all = bytes) {
    for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size)
  }
  for (const size of [1, 2, 3, 5, 100]) {
    const texts: string[] = []
    for await (const records of frameRecords(cut(size), createRecordReader(KEYLESS), 'log')) {
      texts.push(...records.map(String))
    }
    expect(texts).toEqual(['1\ta\n', '22\tbb\n', '\n'])
    const short = frameRecords(cut(size, bytes.subarray(0, 8)), createRecordReader(KEYLESS), 'log')
    await expect(collect(short)).rejects.toMatchObject({ code: 'SOURCE_ORDER', data: { collection: 'log' } })
  }
})

it('ids are hex digits of one length', () => {
  for (const [parse, digits] of [
    [parseObjectId, 40],
    [parseSnapshotId, 32],
    [parseDiffId, 32],
  ] as const) {
    expect(parse('0a'.repeat(digits / 2))).toBe('0a'.repeat(digits / 2))
    for (const wrong of ['', '0'.repeat(digits - 1), '0'.repeat(digits + 1), 'A'.repeat(digits)]) {
      expect(() => parse(wrong)).toThrow(TypeError)
    }
  }
})

it('documents are framed by their length wherever the bytes are cut', async () => {
  const documents = [bson({ _id: 1 }), bson({ _id: 2, note: 'x'.repeat(50) }), bson({ _id: 3 })]
  const bytes = Buffer.concat(documents)
  async function* cut(size: number, all = bytes) {
    for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size)
  }
  for (const layout of [documentLayout('a'), documentLayout('a', false)]) {
    for (const size of [1, 3, 7, 20, 1000]) {
      const records: Buffer[] = []
      for await (const batch of frameRecords(cut(size), createRecordReader(layout), 'a')) {
        records.push(...batch.map((record) => Buffer.from(record)))
      }
      expect(records).toEqual(documents)
    }
  }
  const impossible = frameRecords(cut(100, Buffer.alloc(8)), createRecordReader(documentLayout('a')), 'a')
  await expect(collect(impossible)).rejects.toMatchObject({ code: 'DAMAGED' })
})
