import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { isDbSnapError } from '@dbsnap/core/errors'
import type { Law } from '../law.ts'
import type { DatabaseSourceFixture } from './database-source-fixture.ts'
import { everything } from './read-collection.ts'

export const secretsStaySecret: Law<'secrets-stay-secret', DatabaseSourceFixture> = {
  name: 'secrets-stay-secret',
  promise: 'a source that cannot connect fails with our error, and neither it nor the label holds a secret',
  async check({ unusable }) {
    if (unusable === undefined) return
    const error = await unusable.source.openReadPoint(everything).catch((reason: unknown) => reason)
    assert.ok(isDbSnapError(error), `not an error of ours: ${error}`)
    assert.notEqual(error.hint, '')
    const said = [unusable.source.label, JSON.stringify(error), inspect(error, { depth: 8, showHidden: true })]
    for (const secret of unusable.secrets) {
      assert.ok(!said.some((text) => text.includes(secret)), 'the error or the label holds a secret')
    }
  },
}
