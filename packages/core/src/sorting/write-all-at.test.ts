import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type PositionedFile, writeAllAt } from './write-all-at.ts'

/** A file in memory that takes `atOnce` bytes of a call at most, as a system may. */
function slowFile(content: Buffer, atOnce: number): PositionedFile {
  return {
    writev: async (parts, position) => ({
      bytesWritten: Buffer.concat(parts).copy(content, position, 0, atOnce),
    }),
  }
}

it('writes everything in its place, however few bytes the file takes at a time', async () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)))
  await fc.assert(
    fc.asyncProperty(parts, fc.integer({ min: 1, max: 50 }), fc.nat(10), async (all, atOnce, position) => {
      const expected = Buffer.concat([Buffer.alloc(position, '<'), ...all, Buffer.from('>')])
      const content = Buffer.from(expected)
        .fill('<', 0, position)
        .fill('?', position, expected.length - 1)
      await writeAllAt(slowFile(content, atOnce), all, position)
      expect(content).toEqual(expected)
    }),
  )
})
