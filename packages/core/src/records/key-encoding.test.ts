import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TextKeyOrder } from '../values/collection.ts'
import { encodeKeyPart, encodeNullKeyPart, KeyBuffer } from './key-encoding.ts'

function encode(order: TextKeyOrder, ...texts: (string | Buffer | null)[]): Buffer {
  const out = new KeyBuffer()
  for (const text of texts) {
    if (text === null) encodeNullKeyPart(out)
    else {
      const bytes = Buffer.from(text as string)
      encodeKeyPart(out, order, bytes, 0, bytes.length)
    }
  }
  return out.copy()
}

const ascending = (order: TextKeyOrder, texts: readonly string[]): void => {
  const keys = texts.map((text) => encode(order, text))
  for (let i = 1; i < keys.length; i++) {
    expect(Buffer.compare(keys[i - 1] as Buffer, keys[i] as Buffer), `${texts[i - 1]} < ${texts[i]}`).toBe(-1)
  }
}

describe('record keys', () => {
  it('order integers of any length', () => {
    const big = fc.oneof(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.bigInt({ min: -300n, max: 300n }))
    fc.assert(
      fc.property(big, big, (a, b) => {
        expect(Math.sign(Buffer.compare(encode('integer', `${a}`), encode('integer', `${b}`)))).toBe(
          a < b ? -1 : a > b ? 1 : 0,
        )
      }),
    )
    ascending('integer', [
      '-9223372036854775808',
      '-256',
      '-255',
      '-1',
      '0',
      '1',
      '255',
      '256',
      '999999999999999',
      '1000000000000000',
      '9223372036854775807',
    ])
  })

  it('order decimals of one scale, NaN last', () => {
    ascending('decimal', [
      '-Infinity',
      '-100.00',
      '-99.99',
      '-0.01',
      '0.00',
      '0.01',
      '0.10',
      '9.99',
      '10.00',
      '100.00',
      'Infinity',
      'NaN',
    ])
  })

  it('order dates and timestamps from before Christ to infinity', () => {
    ascending('date', [
      '-infinity',
      '4713-01-01 BC',
      '0044-03-14 BC',
      '0044-03-15 BC',
      '0001-01-01 BC',
      '0001-01-01',
      '1999-12-31',
      '2024-02-29',
      '9999-12-31',
      '10000-01-01',
      '294276-12-31',
      'infinity',
    ])
    ascending('date', [
      '0044-03-15 00:00:00+00 BC',
      '2024-01-01 00:00:00+00',
      '2024-01-01 00:00:00.45+00',
      '2024-01-01 00:00:00.5+00',
      '2024-01-01 00:00:01+00',
    ])
  })

  it('order texts byte by byte, with zero bytes and prefixes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5 }), fc.uint8Array({ maxLength: 5 }), fc.string(), (a, b, rest) => {
        const left = encode('text', Buffer.from(a), rest)
        const right = encode('text', Buffer.from(b), rest)
        expect(Math.sign(Buffer.compare(left, right))).toBe(Math.sign(Buffer.compare(a, b)))
      }),
    )
  })

  it('grow with their components, however many', () => {
    expect(encode('text', ...Array.from({ length: 1000 }, () => null))).toEqual(Buffer.alloc(1000, 0x05))
    expect(encode('integer', ...Array.from({ length: 1000 }, () => '7'))).toEqual(Buffer.alloc(2000, '4107', 'hex'))
  })

  it('keep components apart and NULL first', () => {
    expect(encode('text', 'a', 'bc').equals(encode('text', 'ab', 'c'))).toBe(false)
    expect(Buffer.compare(encode('text', null), encode('text', ''))).toBe(-1)
    expect(Buffer.compare(encode('text', 'a', null), encode('text', 'a', ''))).toBe(-1)
    expect(Buffer.compare(encode('text', 'a', 'z'), encode('text', 'a\0', ''))).toBe(-1)
  })
})
