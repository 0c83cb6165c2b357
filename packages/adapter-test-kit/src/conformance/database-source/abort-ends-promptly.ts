import assert from 'node:assert/strict'
import { assertCode } from '../assert-code.ts'
import type { Law } from '../law.ts'
import type { DatabaseSourceFixture } from './database-source-fixture.ts'
import { numberedTable } from './numbered-table.ts'
import { everything, withReadPoint } from './read-collection.ts'

const COUNT = 20_000

export const abortEndsPromptly: Law<'abort-ends-promptly', DatabaseSourceFixture> = {
  name: 'abort-ends-promptly',
  promise: 'an aborted read ends as interrupted without being read to its end, and leaves no connection',
  async check(fixture) {
    const collection = await fixture.createTable(numberedTable('long_table', COUNT))
    const options = { ...everything, signal: AbortSignal.abort() }
    await assertCode(
      withReadPoint(fixture.source, options, async () => {}),
      'INTERRUPTED',
    )
    assert.equal(await fixture.openConnections(), 0, 'after an abort before opening')

    for (const where of ['read', 'read point'] as const) {
      const controller = new AbortController()
      const { signal } = controller
      let bytes = 0
      const reading = withReadPoint(
        fixture.source,
        where === 'read' ? everything : { ...everything, signal },
        async (point) => {
          for await (const part of point.read(collection, where === 'read' ? { signal } : {})) {
            bytes += part.length
            controller.abort()
          }
        },
      )
      await assertCode(reading, 'INTERRUPTED')
      assert.ok(bytes > 0, 'nothing was read before the abort')
      assert.equal(await fixture.openConnections(), 0, `after an abort through the signal of the ${where}`)
    }
  },
}
