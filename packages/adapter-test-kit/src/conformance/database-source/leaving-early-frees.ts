import assert from 'node:assert/strict'
import type { Law } from '../law.ts'
import type { DatabaseSourceFixture } from './database-source-fixture.ts'
import { numberedTable } from './numbered-table.ts'
import { everything, readRows, withReadPoint } from './read-collection.ts'

const COUNT = 20_000
/** More than the read point has connections. */
const ROUNDS = 4

export const leavingEarlyFrees: Law<'leaving-early-frees', DatabaseSourceFixture> = {
  name: 'leaving-early-frees',
  promise:
    'a read that is left early, or fails in the caller’s hands, frees its connection for the next; close frees all',
  async check(fixture) {
    const collection = await fixture.createTable(numberedTable('long_table', COUNT))
    await withReadPoint(fixture.source, everything, async (point) => {
      for (let round = 0; round < ROUNDS; round++) {
        for await (const _ of point.read(collection)) break
        const failing = (async () => {
          for await (const _ of point.read(collection)) throw new Error('the caller fails')
        })()
        await assert.rejects(failing, /the caller fails/)
      }
      const both = await Promise.all([readRows(fixture, point, collection), readRows(fixture, point, collection)])
      assert.deepEqual(
        both.map((rows) => rows.length),
        [COUNT, COUNT],
      )
      await point.close()
      await point.close()
    })
    assert.equal(await fixture.openConnections(), 0)
  },
}
