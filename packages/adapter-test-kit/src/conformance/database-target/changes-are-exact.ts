import assert from 'node:assert/strict'
import { numberedTable } from '../database-source/numbered-table.ts'
import { everything, withReadPoint } from '../database-source/read-collection.ts'
import type { Law } from '../law.ts'
import type { DatabaseTargetFixture } from './database-target-fixture.ts'
import { contentsNow, createAll, operations, requestFor, withRestore } from './restore-by-hand.ts'

export const changesAreExact: Law<'changes-are-exact', DatabaseTargetFixture> = {
  name: 'changes-are-exact',
  promise:
    'differences alone are written where the shapes agree; a record is replaced whatever the order of its two halves',
  async check(fixture) {
    const keyed = await fixture.createTable(numberedTable('with_key', 5))
    const rows = [
      ['1', 'same'],
      ['1', 'same'],
      ['2', 'other'],
    ]
    const keyless = await fixture.createTable({ ...numberedTable('without_key', 0), key: [], rows })
    await withReadPoint(fixture.source, everything, async (point) => {
      await createAll(fixture.target, point)
      await withRestore(fixture.target, requestFor(point, 'overwrite'), async (session) => {
        assert.deepEqual([session.routes.get(keyed), session.routes.get(keyless)], ['change', 'change'])
        assert.deepEqual(
          session.current.collections.map(({ name }) => name),
          [keyed, keyless].sort(),
        )
        await session.change(
          keyed,
          operations(
            ['insert', '2\tchanged \\\\ back\\tslash\n'],
            ['remove', '2\tnote of 2\n'],
            ['remove', '4\tnote of 4\n'],
            ['insert', '9\t\\N\n'],
          ),
        )
        await session.change(keyless, operations(['remove', '1\tsame\n'], ['insert', '2\tother\n']))
        await session.commit()
      })
    })
    assert.deepEqual(await contentsNow(fixture.target), {
      [keyed]: ['1\tnote of 1\n', '2\tchanged \\\\ back\\tslash\n', '3\tnote of 3\n', '5\tnote of 5\n', '9\t\\N\n'],
      [keyless]: ['1\tsame\n', '2\tother\n', '2\tother\n'],
    })
    assert.equal(await fixture.openTargetConnections(), 0)
  },
}
