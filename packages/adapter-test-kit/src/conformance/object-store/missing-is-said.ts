import assert from 'node:assert/strict'
import { assertCode } from '../assert-code.ts'
import type { Law } from '../law.ts'
import type { ObjectStoreFixture } from './object-store-fixture.ts'

export const missingIsSaid: Law<'missing-is-said', ObjectStoreFixture> = {
  name: 'missing-is-said',
  promise: 'a missing file is an error to get, undefined to stat, and quiet to delete',
  async check({ store }) {
    await store.put('a/b', [Buffer.from('x')])
    // Two near misses among them: the beginning and a continuation of a key that is there.
    for (const key of ['c', 'a', 'a/b/c']) {
      await assertCode(store.get(key), 'STORE_KEY_MISSING')
      assert.equal(await store.stat(key), undefined)
      await store.delete(key)
    }
    await store.delete('a/b')
    await store.delete('a/b')
    await assertCode(store.get('a/b'), 'STORE_KEY_MISSING')
  },
}
