import { expect, it } from 'vitest'
import { collect } from '../../test/support/collect.ts'
import { KEYED } from '../../test/support/stored-collection.ts'
import { splitCollection } from './split-collection.ts'

it('names the key of a record that is too large, and closes its source', async () => {
  let isClosed = false
  async function* source(): AsyncGenerator<Buffer, void, undefined> {
    try {
      yield Buffer.from('1\tfirst\n7\t')
      const piece = Buffer.alloc(32 * 1024 * 1024, 'x')
      for (;;) yield piece
    } finally {
      isClosed = true
    }
  }
  const { chunks } = await splitCollection(source(), KEYED, 1)
  await expect(collect(chunks)).rejects.toMatchObject({
    code: 'RECORD_TOO_LARGE',
    message: expect.stringContaining('(id=7)'),
    data: { collection: KEYED.name, key: 'id=7' },
  })
  expect(isClosed).toBe(true)
})
