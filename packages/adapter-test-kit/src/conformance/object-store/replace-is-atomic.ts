import assert from 'node:assert/strict'
import type { Law } from '../law.ts'
import type { ObjectStoreFixture } from './object-store-fixture.ts'

const BYTES = 256 * 1024
const ROUNDS = 10

export const replaceIsAtomic: Law<'replace-is-atomic', ObjectStoreFixture> = {
  name: 'replace-is-atomic',
  promise: 'a reader beside a writer sees one version whole, never parts of two',
  async check({ store }) {
    await store.put('a', [Buffer.alloc(BYTES, 0)])
    let writing = true
    const writer = (async () => {
      for (let round = 1; round <= ROUNDS; round++) await store.put('a', [Buffer.alloc(BYTES + round, round)])
    })().finally(() => {
      writing = false
    })
    while (writing) {
      const read = await store.get('a')
      const version = read[0] as number
      assert.equal(read.length, BYTES + version)
      assert.ok(read.equals(Buffer.alloc(read.length, version)), 'a read mixed two versions')
    }
    await writer
  },
}
