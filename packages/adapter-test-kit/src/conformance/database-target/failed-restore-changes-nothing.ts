import assert from 'node:assert/strict'
import { formOf } from '../database-source/copy-text-form.ts'
import { numberedTable } from '../database-source/numbered-table.ts'
import { everything, readCopies, withReadPoint } from '../database-source/read-collection.ts'
import type { Law } from '../law.ts'
import type { DatabaseTargetFixture } from './database-target-fixture.ts'
import { contentsNow, createAll, operations, requestFor, withRestore } from './restore-by-hand.ts'

async function* failing(records: Buffer): AsyncGenerator<Buffer> {
  yield records
  throw new Error('the reader fails')
}

export const failedRestoreChangesNothing: Law<'failed-restore-changes-nothing', DatabaseTargetFixture> = {
  name: 'failed-restore-changes-nothing',
  promise: 'a restore that fails or is aborted at any point leaves the target as it was, without a connection',
  async check(fixture) {
    const kept = await fixture.createTable(numberedTable('kept', 5))
    await withReadPoint(fixture.source, everything, (point) => createAll(fixture.target, point))
    const added = await fixture.createTable(numberedTable('added', 5))
    const before = await contentsNow(fixture)

    await withReadPoint(fixture.source, everything, async (point) => {
      const request = requestFor(point, 'overwrite')
      const attempts: Parameters<typeof withRestore>[2][] = [
        async () => {},
        async (session) => {
          assert.deepEqual([session.routes.get(kept), session.routes.get(added)], ['change', 'load'])
          await session.change(kept, operations(fixture, kept, ['remove', '3', 'note of 3']))
          await session.load(added, readCopies(point, added))
        },
        async (session) => {
          await session.change(kept, operations(fixture, kept, ['remove', '3', 'note of 3']))
          await session.load(added, failing(formOf(fixture).encode(added, ['1', 'half']).subarray(0, 6)))
        },
        async (session) => {
          await session.load(added, readCopies(point, added))
          // The same key twice, and one that is there already: the server, at the latest, says no.
          await session.change(
            kept,
            operations(fixture, kept, ['insert', '7', 'one'], ['insert', '7', 'two'], ['insert', '1', 'three']),
          )
          await session.commit()
        },
      ]
      for (const [i, attempt] of attempts.entries()) {
        const outcome = await withRestore(fixture.target, request, attempt).then(
          () => 'done',
          () => 'failed',
        )
        assert.equal(outcome, i < 2 ? 'done' : 'failed', `attempt ${i}`)
        assert.deepEqual(await contentsNow(fixture), before, `after attempt ${i}`)
        assert.equal(await fixture.openTargetConnections(), 0, `after attempt ${i}`)
      }
    })
  },
}
