import assert from 'node:assert/strict'
import { assertCode, collect } from '../assert-code.ts'
import type { Law } from '../law.ts'
import type { ObjectStoreFixture } from './object-store-fixture.ts'

const PART_BYTES = 64 * 1024
const PARTS = 64

export const failedWriteLeavesNothing: Law<'failed-write-leaves-nothing', ObjectStoreFixture> = {
  name: 'failed-write-leaves-nothing',
  promise: 'a write that fails on the way leaves nothing visible, and an older file as it was',
  async check({ store, leftovers }) {
    await store.put('old', [Buffer.from('old')])
    const before = await leftovers?.()
    for (const key of ['old', 'new']) {
      // A body that fails when it is read: the first half of its parts is there.
      const failing = Array.from({ length: PARTS }, () => Buffer.alloc(PART_BYTES))
      const broken = new Proxy(failing, {
        get(target, property) {
          if (property === String(PARTS / 2)) throw new Error('the body fails')
          return Reflect.get(target, property)
        },
      })
      await assert.rejects(store.put(key, broken))
      const controller = new AbortController()
      const put = store.put(key, failing, { signal: controller.signal })
      controller.abort()
      // A store that has written already when it hears of it may as well succeed.
      const succeeded = await put
        .then(() => true)
        .catch((error: unknown) => assertCode(Promise.reject(error), 'INTERRUPTED'))
      if (succeeded) await store.put('old', [Buffer.from('old')])
      if (succeeded) await store.delete('new')
    }
    assert.equal((await store.get('old')).toString(), 'old')
    assert.equal(await store.stat('new'), undefined)
    assert.deepEqual(
      (await collect(store.list(''))).map((file) => file.key),
      ['old'],
    )
    assert.equal(await leftovers?.(), before)
  },
}
