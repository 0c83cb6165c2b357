import assert from 'node:assert/strict'
import type { Law } from '../law.ts'
import type { DatabaseSourceFixture } from './database-source-fixture.ts'
import { everything, readRows, withReadPoint } from './read-collection.ts'

export const nativeTypesAreExact: Law<'native-types-are-exact', DatabaseSourceFixture> = {
  name: 'native-types-are-exact',
  promise: 'every native type comes back exactly, and NULL is not the empty value',
  async check(fixture) {
    const collections = new Map<string, (typeof fixture.nativeValues)[number]>()
    for (const [i, native] of fixture.nativeValues.entries()) {
      const { type, values } = native
      const rows = [...values, null].map((value, row) => [`${row}`, value])
      const columns = { id: 'integer', value: { native: type } } as const
      collections.set(await fixture.createTable({ name: `type_${i}`, columns, key: ['id'], rows }), native)
    }
    await withReadPoint(fixture.source, everything, async (point) => {
      for (const [collection, { type, values }] of collections) {
        const rows = await readRows(fixture, point, collection)
        assert.deepEqual(
          rows.map((row) => row[1]),
          [...values, null],
          `values of ${type}`,
        )
      }
    })
  },
}
