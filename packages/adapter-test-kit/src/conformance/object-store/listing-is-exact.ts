import assert from 'node:assert/strict'
import { collect } from '../assert-code.ts'
import type { Law } from '../law.ts'
import type { ObjectStoreFixture } from './object-store-fixture.ts'

const STAYING = 300

export const listingIsExact: Law<'listing-is-exact', ObjectStoreFixture> = {
  name: 'listing-is-exact',
  promise: 'a listing has every file of the prefix exactly once, whatever comes and goes meanwhile',
  async check({ store }) {
    assert.deepEqual(await collect(store.list('')), [])
    const staying = Array.from({ length: STAYING }, (_, i) => `packs/${(i % 16).toString(16)}/${i}`)
    for (const key of staying) await store.put(key, [Buffer.from(key)])
    for (let i = 0; i < 20; i++) await store.put(`packs/going-${i}`, [])
    await store.put('packsize', [])
    await store.put('index/1', [])
    const keys: string[] = []
    for await (const file of store.list('packs/')) {
      if (keys.length < 20) {
        await store.delete(`packs/going-${keys.length}`)
        await store.put(`packs/coming-${keys.length}`, [])
      }
      if (staying.includes(file.key)) assert.equal(file.size, file.key.length)
      keys.push(file.key)
    }
    assert.equal(new Set(keys).size, keys.length, 'a file was listed twice')
    assert.deepEqual(keys.filter((key) => /^packs\/[0-9a-f]\//.test(key)).sort(), staying.sort())
    const other = keys.filter((key) => !/^packs\/([0-9a-f]\/\d+|(going|coming)-\d+)$/.test(key))
    assert.deepEqual(other, [])
    assert.deepEqual(
      (await collect(store.list('packs/3/1'))).length,
      staying.filter((key) => key.startsWith('packs/3/1')).length,
    )
    assert.deepEqual(
      (await collect(store.list('packsi'))).map((file) => file.key),
      ['packsize'],
    )
    assert.deepEqual(await collect(store.list('nothing/')), [])
  },
}
