import assert from 'node:assert/strict'
import { numberedTable } from '../database-source/numbered-table.ts'
import { everything, withReadPoint } from '../database-source/read-collection.ts'
import type { Law } from '../law.ts'
import type { DatabaseTargetFixture } from './database-target-fixture.ts'
import { contentsNow, contentsOf, createAll } from './restore-by-hand.ts'

export const createdEqualsSource: Law<'created-equals-source', DatabaseTargetFixture> = {
  name: 'created-equals-source',
  promise: 'what is created in an empty database has the same records, layouts and schema, for every native type',
  async check(fixture) {
    await fixture.createTable(numberedTable('with_key', 3000))
    await fixture.createTable({ ...numberedTable('without_key', 500), key: [] })
    await fixture.createTable(numberedTable('nothing_in_it', 0))
    for (const [i, { type, values }] of fixture.nativeValues.entries()) {
      const rows = [...values, null].map((value, row) => [`${row}`, value])
      const columns = { id: 'integer', value: { native: type } } as const
      await fixture.createTable({ name: `type_${i}`, columns, key: ['id'], rows })
    }
    await withReadPoint(fixture.source, everything, async (point) => {
      await createAll(fixture.target, point)
      assert.deepEqual(await contentsNow(fixture), await contentsOf(fixture, point))
      await withReadPoint(fixture.target, everything, async (created) => {
        const layouts = ({ collections }: typeof point) =>
          collections.map(({ name, columns, key }) => ({ name, columns, key }))
        assert.deepEqual(layouts(created), layouts(point))
        const schema = ({ schema }: typeof point) =>
          [...schema.objects].map(({ kind, name, definition }) => ({ kind, name, definition }))
        assert.deepEqual(schema(created), schema(point))
      })
    })
    assert.equal(await fixture.openTargetConnections(), 0)
  },
}
