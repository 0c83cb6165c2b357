import assert from 'node:assert/strict'
import type { CollectionChoice } from '@dbsnap/core/ports'
import { assertCode } from '../assert-code.ts'
import type { Law } from '../law.ts'
import type { DatabaseSourceFixture } from './database-source-fixture.ts'
import { numberedTable } from './numbered-table.ts'
import { everything, readBytes, withReadPoint } from './read-collection.ts'

export const choicesAreKept: Law<'choices-are-kept', DatabaseSourceFixture> = {
  name: 'choices-are-kept',
  promise: 'include and exclude take names and globs, bare or whole; what fits nothing is an unknown collection',
  async check(fixture) {
    const [orders, lines, audit] = [
      await fixture.createTable(numberedTable('orders', 1)),
      await fixture.createTable(numberedTable('order_lines', 1)),
      await fixture.createTable(numberedTable('audit', 1)),
    ] as const
    const cases: [CollectionChoice, string[]][] = [
      [{ include: ['orders'] }, [orders]],
      [{ include: [orders, audit] }, [audit, orders]],
      [{ include: ['order*'] }, [lines, orders]],
      [{ include: ['order?'] }, [orders]],
      [{ exclude: ['audit'] }, [lines, orders]],
      [{ include: ['order*'], exclude: ['*_lines'] }, [orders]],
      [{ include: [] }, [audit, lines, orders]],
    ]
    for (const [choice, expected] of cases) {
      await withReadPoint(fixture.source, { ...everything, ...choice }, async (point) => {
        assert.deepEqual(
          point.collections.map((collection) => collection.name),
          expected,
          JSON.stringify(choice),
        )
        const strangers = [...point.schema.objects].filter(
          (object) => object.collection && !expected.includes(object.collection),
        )
        assert.deepEqual(
          strangers.map((object) => object.name),
          [],
          'the schema has what was not chosen',
        )
      })
    }
    for (const choice of [{ include: ['missing'] }, { include: ['orders', 'missing*'] }, { exclude: ['missing'] }]) {
      await assertCode(
        withReadPoint(fixture.source, { ...everything, ...choice }, async () => {}),
        'UNKNOWN_COLLECTION',
      )
    }
    await withReadPoint(fixture.source, { ...everything, include: ['orders'] }, async (point) => {
      await assertCode(readBytes(point, audit), 'UNKNOWN_COLLECTION')
      await assertCode(readBytes(point, 'missing'), 'UNKNOWN_COLLECTION')
    })
    assert.equal(await fixture.openConnections(), 0)
  },
}
