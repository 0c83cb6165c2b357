import { describe, expect, it } from 'vitest'
import { hash32 } from './key-hash.ts'

const hash = (seed: number, text: string): number => {
  const bytes = Buffer.from(`##${text}##`)
  return hash32(seed, bytes, 2, bytes.length - 2)
}

describe('hash32', () => {
  it('equals the published vectors of MurmurHash3_x86_32', () => {
    expect(hash(0, '')).toBe(0)
    expect(hash(1, '')).toBe(0x514e28b7)
    expect(hash(0xffffffff, '')).toBe(0x81f16f39)
    expect(hash(0x9747b28c, 'aaaa')).toBe(0x5a97808a)
    expect(hash(0x9747b28c, 'aaa')).toBe(0x283e0130)
    expect(hash(0x9747b28c, 'aa')).toBe(0x5d211726)
    expect(hash(0x9747b28c, 'a')).toBe(0x7fa09ea6)
    expect(hash(0x9747b28c, 'Hello, world!')).toBe(0x24884cba)
  })
})
