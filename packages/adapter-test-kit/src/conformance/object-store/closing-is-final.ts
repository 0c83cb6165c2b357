import assert from 'node:assert/strict'
import type { Law } from '../law.ts'
import type { ObjectStoreFixture } from './object-store-fixture.ts'

export const closingIsFinal: Law<'closing-is-final', ObjectStoreFixture> = {
  name: 'closing-is-final',
  promise: 'closing releases every handle, and closing twice is success',
  async check({ store, leftovers }) {
    await store.put('a', [Buffer.from('abc')])
    await store.get('a', { range: { offset: 1, length: 1 } })
    await store.close()
    await store.close()
    assert.equal((await leftovers?.()) ?? 0, 0)
  },
}
