import assert from 'node:assert/strict'
import type { Law } from '../law.ts'
import type { ObjectStoreFixture } from './object-store-fixture.ts'

export const readAfterWrite: Law<'read-after-write', ObjectStoreFixture> = {
  name: 'read-after-write',
  promise: 'what was put is there at once, and a later put replaces it',
  async check({ store }) {
    await store.put('packs/a', [Buffer.from('one')])
    assert.equal((await store.get('packs/a')).toString(), 'one')
    const first = await store.stat('packs/a')
    assert.deepEqual({ key: first?.key, size: first?.size }, { key: 'packs/a', size: 3 })
    await store.put('packs/a', [Buffer.from('twice')])
    assert.equal((await store.get('packs/a')).toString(), 'twice')
    const second = await store.stat('packs/a')
    assert.equal(second?.size, 5)
    assert.ok(first && second && second.modified >= first.modified, 'the store’s clock went back')
  },
}
