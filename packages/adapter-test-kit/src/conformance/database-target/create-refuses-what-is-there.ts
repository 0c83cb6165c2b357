import assert from 'node:assert/strict'
import { assertCode } from '../assert-code.ts'
import { numberedTable } from '../database-source/numbered-table.ts'
import { everything, withReadPoint } from '../database-source/read-collection.ts'
import type { Law } from '../law.ts'
import type { DatabaseTargetFixture } from './database-target-fixture.ts'
import { contentsNow, createAll } from './restore-by-hand.ts'

export const createRefusesWhatIsThere: Law<'create-refuses-what-is-there', DatabaseTargetFixture> = {
  name: 'create-refuses-what-is-there',
  promise: 'create fails where something stands in the way, and leaves it as it was',
  async check(fixture) {
    await fixture.createTable(numberedTable('orders', 10))
    await withReadPoint(fixture.source, everything, async (point) => {
      await createAll(fixture.target, point)
      const before = await contentsNow(fixture)
      await assertCode(createAll(fixture.target, point), 'TARGET_NOT_EMPTY')
      assert.deepEqual(await contentsNow(fixture), before)
    })
    assert.equal(await fixture.openTargetConnections(), 0)
  },
}
