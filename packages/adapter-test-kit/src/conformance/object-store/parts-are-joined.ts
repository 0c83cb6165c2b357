import assert from 'node:assert/strict'
import type { Law } from '../law.ts'
import type { ObjectStoreFixture } from './object-store-fixture.ts'

/** More than any system takes in one call (1 024 on Linux). */
const PARTS = 2500

export const partsAreJoined: Law<'parts-are-joined', ObjectStoreFixture> = {
  name: 'parts-are-joined',
  promise: 'parts are joined in order, may be reused after the put, and what is read belongs to the reader',
  async check({ store }) {
    const parts = Array.from({ length: PARTS }, (_, i) => Buffer.from(i % 5 === 0 ? '' : `part ${i};`))
    const whole = Buffer.concat(parts)
    await store.put('a', parts)
    for (const part of parts) part.fill(0)
    const read = await store.get('a')
    assert.ok(read.equals(whole))
    read.fill(0)
    assert.ok((await store.get('a')).equals(whole))
  },
}
