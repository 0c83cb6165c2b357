import { expect, it } from 'vitest'
import { KEYED } from '../../test/support/stored-collection.ts'
import { createRecordReader } from '../records/create-record-reader.ts'
import { ChunkSplitter } from './chunk-splitter.ts'

it('keys of any length are compared and kept whole', () => {
  const values = [1, 63, 64, 65, 500, 200_000].map((length) => 'k'.repeat(length))
  const reader = createRecordReader({ ...KEYED, key: [{ column: 1, order: 'text' }] })
  const splitter = new ChunkSplitter({ reader, seed: 1, splitBits: 0, collection: 'things' })
  const chunks = [...splitter.push(Buffer.from(values.map((value) => `1\t${value}\n`).join(''))), ...splitter.finish()]
  expect(chunks.map(({ firstKey, lastKey }) => [firstKey.length, lastKey.equals(firstKey)])).toEqual(
    values.map(({ length }) => [length + 2, true]),
  )
})
