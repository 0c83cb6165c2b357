import assert from 'node:assert/strict'
import type { Law } from '../law.ts'
import { formOf } from './copy-text-form.ts'
import type { DatabaseSourceFixture } from './database-source-fixture.ts'
import { numberedTable } from './numbered-table.ts'
import { everything, readRows, withReadPoint } from './read-collection.ts'

export const layoutsTellTheTruth: Law<'layouts-tell-the-truth', DatabaseSourceFixture> = {
  name: 'layouts-tell-the-truth',
  promise:
    'collections are listed by name in byte order, with the columns and keys their records have; empty ones are empty',
  async check(fixture) {
    await withReadPoint(fixture.source, everything, async (point) => assert.deepEqual(point.collections, []))
    const wishes = [
      numberedTable('zebra', 3),
      { ...numberedTable('apple', 0), key: ['note', 'id'] },
      { ...numberedTable('mango', 2), key: [] },
    ] as const
    const names: string[] = []
    for (const wish of wishes) names.push(await fixture.createTable(wish))
    await withReadPoint(fixture.source, everything, async (point) => {
      assert.deepEqual(
        point.collections.map((collection) => collection.name),
        [...names].sort(),
      )
      const [apple, mango, zebra] = point.collections
      for (const [collection, wish] of [
        [zebra, wishes[0]],
        [apple, wishes[1]],
        [mango, wishes[2]],
      ] as const) {
        const { columns, key } = formOf(fixture).layout(wish)
        assert.deepEqual(
          collection?.columns.map(({ name }) => name),
          columns,
        )
        assert.deepEqual(collection?.key, key)
      }
      for (const [collection, count] of [
        [apple, 0],
        [mango, 2],
        [zebra, 3],
      ] as const) {
        assert.equal((await readRows(fixture, point, collection?.name as string)).length, count)
      }
      assert.equal(point.facts.engine, fixture.source.engine)
      for (const fact of [point.facts.database, point.facts.engineVersion, point.facts.readPoint, point.facts.label]) {
        assert.notEqual(fact, '')
      }
      for (const collection of point.collections) {
        const objects = [...point.schema.objects].filter((object) => object.collection === collection.name)
        assert.ok(objects.length > 0, `the schema has nothing of ${collection.name}`)
      }
    })
  },
}
