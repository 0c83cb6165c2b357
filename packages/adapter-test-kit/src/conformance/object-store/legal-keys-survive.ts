import assert from 'node:assert/strict'
import { assertCode, collect } from '../assert-code.ts'
import type { Law } from '../law.ts'
import type { ObjectStoreFixture } from './object-store-fixture.ts'

const LEGAL = [
  'abcdefghijklmnopqrstuvwxyz0123456789._-',
  '.hidden',
  '-dash',
  '_',
  'a..b',
  '...',
  'deep/er/and/deeper/still',
  'tmp',
  'a.tmp',
  `${'x'.repeat(100)}/${'y'.repeat(100)}`,
]
const ILLEGAL = [
  '',
  '/',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  '../a',
  'a/../../b',
  'a/./b',
  'A',
  'a b',
  'a\\b',
  'a\0b',
  'ä',
  '~a',
]

export const legalKeysSurvive: Law<'legal-keys-survive', ObjectStoreFixture> = {
  name: 'legal-keys-survive',
  promise: 'keys with every legal character survive; illegal ones are refused before anything is touched',
  async check({ store }) {
    for (const key of LEGAL) await store.put(key, [Buffer.from(key)])
    for (const key of LEGAL) assert.equal((await store.get(key)).toString(), key)
    for (const key of ILLEGAL) {
      await assertCode(store.put(key, [Buffer.from('x')]), 'USAGE')
      await assertCode(store.get(key), 'USAGE')
      await assertCode(store.stat(key), 'USAGE')
      await assertCode(store.delete(key), 'USAGE')
    }
    await assertCode(collect(store.list('../')), 'USAGE')
    assert.deepEqual((await collect(store.list(''))).map((file) => file.key).sort(), [...LEGAL].sort())
  },
}
