import assert from 'node:assert/strict'
import type { DatabaseSourceFixture, OptOut } from '@dbsnap/adapter-test-kit'
import { isDbSnapError } from '@dbsnap/core/errors'
import { mongodb } from '../src/index.ts'

/** A standalone has no reads of one moment: it says so in the manifest, and refuses where one moment is asked for. */
export const noMoment: OptOut<DatabaseSourceFixture> = {
  reason: 'a standalone has no snapshot reads, so that its collections are read one by one and said to be',
  async refusal({ source }) {
    const warnings: string[] = []
    const options = { concurrency: 1, onWarning: ({ code }: { code: string }) => warnings.push(code) }
    const point = await source.openReadPoint(options)
    await point.close()
    assert.equal(point.facts.consistency, 'collection')
    assert.deepEqual(warnings, ['NOT_ONE_MOMENT'])
    const strict = mongodb({ url: `mongodb://${source.label}`, consistency: 'snapshot' })
    const error = await strict.openReadPoint(options).catch((reason: unknown) => reason)
    assert.ok(isDbSnapError(error) && error.code === 'UNSUPPORTED_SERVER', `not refused: ${error}`)
  },
}
