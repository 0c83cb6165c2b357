import { expect, it } from 'vitest'
import { GrowingBuffer } from './growing-buffer.ts'

it('holds what was appended, in pieces of any size, and is empty once freed', () => {
  const growing = new GrowingBuffer()
  let expected = ''
  for (const size of [0, 1, 5000, 3, 100_000]) {
    const piece = String(size % 7).repeat(size)
    growing.append(Buffer.from(piece))
    expected += piece
    expect(growing.bytes.toString()).toBe(expected)
  }
  const view = growing.bytes
  growing.free()
  expect([view.length, growing.bytes.length]).toEqual([0, 0])
  growing.append(Buffer.from('again'))
  expect(growing.bytes.toString()).toBe('again')
})
