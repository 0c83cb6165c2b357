import assert from 'node:assert/strict'
import { assertCode, collect } from '../assert-code.ts'
import type { Law } from '../law.ts'
import type { ObjectStoreFixture } from './object-store-fixture.ts'

export const cancellingStops: Law<'cancelling-stops', ObjectStoreFixture> = {
  name: 'cancelling-stops',
  promise: 'a cancelled call ends as interrupted, changes nothing and leaves no handle',
  async check({ store, leftovers }) {
    for (let i = 0; i < 50; i++) await store.put(`packs/${i}`, [Buffer.from('x')])
    const before = await leftovers?.()
    const options = { signal: AbortSignal.abort() }
    await assertCode(store.put('packs/0', [Buffer.from('changed')], options), 'INTERRUPTED')
    await assertCode(store.get('packs/0', options), 'INTERRUPTED')
    await assertCode(store.stat('packs/0', options), 'INTERRUPTED')
    await assertCode(store.delete('packs/0', options), 'INTERRUPTED')
    await assertCode(collect(store.list('', options)), 'INTERRUPTED')
    assert.equal((await store.get('packs/0')).toString(), 'x')
    const controller = new AbortController()
    const listing = (async () => {
      for await (const _ of store.list('packs/', { signal: controller.signal })) controller.abort()
    })()
    await assertCode(listing, 'INTERRUPTED')
    for await (const _ of store.list('packs/')) break
    assert.equal(await leftovers?.(), before)
  },
}
