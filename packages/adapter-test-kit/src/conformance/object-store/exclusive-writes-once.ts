import assert from 'node:assert/strict'
import { assertCode } from '../assert-code.ts'
import type { Law } from '../law.ts'
import type { ObjectStoreFixture } from './object-store-fixture.ts'

const WRITERS = 8

export const exclusiveWritesOnce: Law<'exclusive-writes-once', ObjectStoreFixture> = {
  name: 'exclusive-writes-once',
  promise: 'of several exclusive writers of one key at most one succeeds, and its bytes stay',
  async check({ store }) {
    const body = (writer: number): Buffer[] => [Buffer.alloc(10_000 + writer, writer)]
    const writers = Array.from({ length: WRITERS }, (_, i) => store.put('config', body(i), { exclusive: true }))
    const results = await Promise.allSettled(writers)
    const winners = results.flatMap((result, i) => (result.status === 'fulfilled' ? [i] : []))
    assert.ok(winners.length <= 1, `${winners.length} writers succeeded`)
    for (const result of results) {
      if (result.status === 'rejected') await assertCode(Promise.reject(result.reason), 'STORE_FAILED')
    }
    if (winners.length === 0) await store.put('config', body(0), { exclusive: true })
    await assertCode(store.put('config', body(9), { exclusive: true }), 'STORE_FAILED')
    assert.ok((await store.get('config')).equals(Buffer.concat(body(winners[0] ?? 0))))
    await store.delete('config')
    await store.put('config', body(7), { exclusive: true })
  },
}
