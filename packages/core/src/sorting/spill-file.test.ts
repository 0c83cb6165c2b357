import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandomness } from '../../test/seeded-randomness.ts'
import { SpillFile } from './spill-file.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spill-test-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe.each([true, false])('a spill file (compressed: %s)', (compress) => {
  it('gives back its blocks in any order, and no bytes that were not appended', async () => {
    const file = await SpillFile.create({ folder, randomness: seededRandomness('spill'), compress })
    const blocks = ['first', '', 'x'.repeat(100_000)].map((text) => Buffer.from(text))
    const places = [...(await file.append(blocks.slice(0, 2))), ...(await file.append(blocks.slice(2)))]
    for (const i of [2, 0, 1]) {
      expect(await file.read(places[i] as (typeof places)[number])).toEqual(blocks[i])
    }
    const [first, , last] = places as [(typeof places)[number], unknown, (typeof places)[number]]
    // Another block's nonce, another place, and past the end.
    for (const wrong of [
      { ...first, number: 1 },
      { ...first, offset: first.offset + 1 },
      { ...last, offset: last.offset + 1 },
    ]) {
      await expect(file.read(wrong)).rejects.toMatchObject({ code: 'DAMAGED' })
    }
    await file.close()
    await expect(file.append(blocks)).rejects.toBeInstanceOf(Error)
  })
})
