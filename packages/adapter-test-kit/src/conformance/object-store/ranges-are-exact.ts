import assert from 'node:assert/strict'
import { assertCode } from '../assert-code.ts'
import type { Law } from '../law.ts'
import type { ObjectStoreFixture } from './object-store-fixture.ts'

export const rangesAreExact: Law<'ranges-are-exact', ObjectStoreFixture> = {
  name: 'ranges-are-exact',
  promise: 'a range is read exactly; one that leaves the file is an error, never short data',
  async check({ store }) {
    const body = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251))
    await store.put('a', [body])
    for (const [offset, length] of [
      [0, 1000],
      [0, 1],
      [999, 1],
      [250, 500],
      [1000, 0],
      [17, 0],
    ] as const) {
      const read = await store.get('a', { range: { offset, length } })
      assert.ok(read.equals(body.subarray(offset, offset + length)), `range ${offset}+${length}`)
    }
    for (const [offset, length] of [
      [0, 1001],
      [999, 2],
      [1000, 1],
      [5000, 10],
      [-1, 2],
      [3, -1],
    ] as const) {
      await assertCode(store.get('a', { range: { offset, length } }), 'DAMAGED')
    }
    await assertCode(store.get('b', { range: { offset: 0, length: 1 } }), 'STORE_KEY_MISSING')
  },
}
