import { describe, expect, it } from 'vitest'
import { seededRandomness } from '../../test/seeded-randomness.ts'
import { encodeIndexEntries } from '../format/index-codec.ts'
import type { ObjectId } from '../values/index.ts'
import { ListedObjects } from './listed-objects.ts'

describe('the listed objects', () => {
  it('are those that were added, each with its lowest version', () => {
    const random = seededRandomness('listed')
    const ids = Array.from({ length: 5000 }, () => random.bytes(20).toString('hex') as ObjectId)
    const listed = new ListedObjects(ids.length)
    for (const [i, id] of ids.entries()) listed.add(id, i % 256)
    for (const [i, id] of ids.entries()) listed.add(id, (i + 7) % 256)
    for (const [i, id] of ids.entries()) expect(listed.version(id)).toBe(Math.min(i % 256, (i + 7) % 256))
    for (let i = 0; i < 1000; i++) expect(listed.version(random.bytes(20).toString('hex') as ObjectId)).toBeUndefined()
  })

  it('are those that blocks of index files list, whatever their ids', () => {
    const ids = ['00', '10', 'ff'].map((byte) => `${byte.repeat(4)}0000${byte.repeat(14)}` as ObjectId)
    const place = { kind: 'chunk', pack: 0, offset: 8, length: 16 } as const
    const listed = new ListedObjects(ids.length)
    for (const version of [9, 2, 5]) listed.addBlock(encodeIndexEntries(ids.map((id) => ({ ...place, id, version }))))
    for (const id of ids) expect(listed.version(id)).toBe(2)
  })

  it('may stand anywhere, at the end of the table too', () => {
    const ids = Array.from({ length: 4 }, (_, i) => `00000005${String(i).padStart(32, '0')}` as ObjectId)
    const same = ids.map((_, i) => `0000000${i % 2 === 0 ? 4 : 5}0000000${i}${'0'.repeat(24)}` as ObjectId)
    const listed = new ListedObjects(same.length)
    for (const id of same) listed.add(id, 0)
    for (const id of same) expect(listed.version(id)).toBe(0)
    expect(new ListedObjects(0).version(ids[0] as ObjectId)).toBeUndefined()
  })
})
