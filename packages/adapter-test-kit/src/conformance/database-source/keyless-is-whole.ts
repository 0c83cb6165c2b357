import assert from 'node:assert/strict'
import type { Law } from '../law.ts'
import { formOf } from './copy-text-form.ts'
import type { DatabaseSourceFixture } from './database-source-fixture.ts'
import { everything, readRows, withReadPoint } from './read-collection.ts'

export const keylessIsWhole: Law<'keyless-is-whole', DatabaseSourceFixture> = {
  name: 'keyless-is-whole',
  promise: 'a collection without a key is read whole, equal records as often as they are there',
  async check(fixture) {
    const rows = Array.from({ length: 500 }, (_, i) => [`${i % 7}`, i % 3 === 0 ? null : `line ${i % 11}`])
    const wish = { name: 'no_key', columns: { n: 'integer', line: 'text' }, key: [], rows } as const
    const collection = await fixture.createTable(wish)
    await withReadPoint(fixture.source, everything, async (point) => {
      const layout = point.collections.find((candidate) => candidate.name === collection)
      assert.deepEqual(layout?.key, formOf(fixture).layout(wish).key)
      const sorted = (list: readonly (readonly (string | null)[])[]): string[] =>
        list.map((row) => JSON.stringify(row)).sort()
      assert.deepEqual(sorted(await readRows(fixture, point, collection)), sorted(rows))
    })
  },
}
