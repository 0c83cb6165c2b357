import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { isDbSnapError } from '@dbsnap/core/errors'
import { collect } from '../assert-code.ts'
import type { Law } from '../law.ts'
import type { ObjectStoreFixture } from './object-store-fixture.ts'

export const secretsStaySecret: Law<'secrets-stay-secret', ObjectStoreFixture> = {
  name: 'secrets-stay-secret',
  promise: 'a store that cannot work fails with our errors, and neither they nor the label hold a secret',
  async check({ unusable }) {
    if (unusable === undefined) return
    const { store, secrets } = unusable
    const calls = [store.put('a', []), store.get('a'), store.stat('a'), store.delete('a'), collect(store.list(''))]
    const results = await Promise.allSettled(calls)
    const said = [store.label]
    for (const result of results) {
      // Some stores can say of what is not there that it is not there.
      if (result.status === 'fulfilled') continue
      assert.ok(isDbSnapError(result.reason), `not an error of ours: ${result.reason}`)
      said.push(JSON.stringify(result.reason), inspect(result.reason, { depth: 8, showHidden: true }))
    }
    assert.equal(results[0]?.status, 'rejected', 'a store that cannot work took an object')
    for (const secret of secrets) {
      assert.ok(!said.some((text) => text.includes(secret)), 'an error or the label holds a secret')
    }
  },
}
