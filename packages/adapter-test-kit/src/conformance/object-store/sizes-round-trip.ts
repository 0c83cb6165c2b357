import assert from 'node:assert/strict'
import type { Law } from '../law.ts'
import type { ObjectStoreFixture } from './object-store-fixture.ts'

const MIB = 1024 * 1024

export const sizesRoundTrip: Law<'sizes-round-trip', ObjectStoreFixture> = {
  name: 'sizes-round-trip',
  promise: 'empty and largest objects round-trip, each time in a buffer of the caller’s own',
  async check({ store, largestBytes = 32 * MIB }) {
    for (const body of [[], [Buffer.alloc(0)], [Buffer.alloc(0), Buffer.alloc(0)]]) {
      await store.put('empty', body)
      assert.equal((await store.get('empty')).length, 0)
      assert.equal((await store.stat('empty'))?.size, 0)
    }
    const large = Buffer.alloc(largestBytes)
    for (let i = 0; i + 4 <= large.length; i += 4096) large.writeUInt32LE(i, i)
    await store.put('large', [large.subarray(0, MIB + 1), large.subarray(MIB + 1)])
    const got = await store.get('large')
    assert.ok(got.equals(large))
    // What was given is the caller's own: nothing done to it is seen by others.
    got.fill(1)
    assert.ok((await store.get('large')).equals(large))
    const range = { offset: largestBytes - 8193, length: 8193 }
    assert.ok((await store.get('large', { range })).equals(large.subarray(range.offset)))
  },
}
