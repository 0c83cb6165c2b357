import assert from 'node:assert/strict'
import type { Law } from '../law.ts'
import type { DatabaseSourceFixture } from './database-source-fixture.ts'
import { numberedRows, numberedTable } from './numbered-table.ts'
import { everything, readBytes, readRows, withReadPoint } from './read-collection.ts'

/** Rows: enough for several buffers of any driver. */
const COUNT = 4000

export const readPointIsFrozen: Law<'read-point-is-frozen', DatabaseSourceFixture> = {
  name: 'read-point-is-frozen',
  promise:
    'two reads at one read point are identical while others write, in every collection; the next one sees it all',
  async check(fixture) {
    const [first, second] = [
      await fixture.createTable(numberedTable('first_table', COUNT)),
      await fixture.createTable(numberedTable('second_table', 10)),
    ]
    await withReadPoint(fixture.source, everything, async (point) => {
      await fixture.insert(second, numberedRows(11, 20))
      const before = await readBytes(point, first)
      const parts: Buffer[] = []
      for await (const part of point.read(first)) {
        if (parts.length === 0) {
          await fixture.insert(first, numberedRows(COUNT + 1, COUNT + 50))
          await fixture.remove(first, ['1', '17', `${COUNT}`])
        }
        parts.push(Buffer.from(part))
      }
      assert.ok(Buffer.concat(parts).equals(before), 'the second read differs')
      assert.ok((await readBytes(point, first)).equals(before), 'the third read differs')
      assert.equal((await readRows(fixture, point, second)).length, 10, 'the collections are of two moments')
    })
    await withReadPoint(fixture.source, everything, async (point) => {
      assert.equal((await readRows(fixture, point, first)).length, COUNT + 50 - 3)
      assert.equal((await readRows(fixture, point, second)).length, 20)
    })
  },
}
