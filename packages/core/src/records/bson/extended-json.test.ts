import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  deserialize,
  EJSON,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
  UUID,
} from 'bson'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bson, int32, rawBson, text } from '../../../test/support/bson-documents.ts'
import { decimal128Text, decodeDecimal128 } from './decimal128.ts'
import { extendedJson, shownDocument } from './extended-json.ts'

/** What the driver's own library makes of the same bytes. */
function judged(bytes: Buffer, relaxed = false): string {
  return EJSON.stringify(deserialize(bytes, { promoteValues: false, bsonRegExp: true }), { relaxed })
}

const id = new ObjectId('0123456789abcdef01234567')
const oid = Buffer.from(id.id)

const values: Record<string, unknown> = {
  doubles: [0.1, -1.5, 1e300, 5e-324, 1e21, -1e21, 123456789012345680000].map((value) => new Double(value)),
  whole: [new Double(1), new Double(-0), new Double(0), new Double(1e15)],
  odd: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) => new Double(value)),
  text: ['', 'ä€😀', 'a\0b', '"\\\n'],
  document: { '': {}, 'a.b': { $c: 1 }, '0': 'zero' },
  array: [[], [1, [2]]],
  binary: [new Binary(Buffer.from('abc')), new Binary(Buffer.alloc(0), 0x80), new UUID()],
  id,
  truth: [true, false],
  dates: [0, 1, -1, 253402300800000, 1700000000123, 1700000000000].map((value) => new Date(value)),
  nothing: null,
  expression: [new BSONRegExp('^a/b"', 'im'), new BSONRegExp('', '')],
  code: [new Code('f()'), new Code('g()', { a: new Int32(1) })],
  int: [new Int32(0), new Int32(-2147483648)],
  stamp: new Timestamp({ t: 4294967295, i: 7 }),
  long: [Long.MAX_VALUE, Long.MIN_VALUE, Long.fromNumber(3)],
  decimal: ['0', '-0', '1.50', '1E+3', '1E-10', '-0.000001', '9.999999999999999999999999999999999E+6144', 'NaN'].map(
    (value) => Decimal128.fromString(value),
  ),
  infinite: [Decimal128.fromString('Infinity'), Decimal128.fromString('-Infinity')],
  least: new MinKey(),
  most: new MaxKey(),
}

describe('extended JSON', () => {
  it.each(Object.keys(values))('writes %s as the library of the driver does, canonical', (name) => {
    const bytes = bson({ value: values[name] })
    expect(extendedJson(bytes)).toBe(judged(bytes))
  })

  it('writes the types that the library does not read as they are', () => {
    const pointer = Buffer.concat([text('db.c'), oid])
    const bytes = rawBson([0x06, 'u', Buffer.alloc(0)], [0x0c, 'p', pointer], [0x0e, 's', text('sym')])
    expect(extendedJson(bytes)).toBe(
      `{"u":{"$undefined":true},"p":{"$dbPointer":{"$ref":"db.c","$id":{"$oid":"${id}"}}},"s":{"$symbol":"sym"}}`,
    )
    expect(bson({ s: new BSONSymbol('sym') })).toEqual(rawBson([0x0e, 's', text('sym')]))
  })

  it('writes numbers and dates of usual years plainly when relaxed', () => {
    const bytes = bson({
      a: new Int32(1),
      b: Long.fromNumber(2),
      c: Long.MAX_VALUE,
      d: new Double(1.5),
      e: new Double(-0),
      f: new Double(Number.NaN),
      g: [new Date(0), new Date(-1), new Date(1700000000123)],
      h: new Date(253402300800000),
    })
    expect(extendedJson(bytes, 0, { relaxed: true })).toBe(
      '{"a":1,"b":2,"c":{"$numberLong":"9223372036854775807"},"d":1.5,"e":-0.0,"f":{"$numberDouble":"NaN"},' +
        '"g":[{"$date":"1970-01-01T00:00:00Z"},{"$date":{"$numberLong":"-1"}},{"$date":"2023-11-14T22:13:20.123Z"}],' +
        '"h":{"$date":{"$numberLong":"253402300800000"}}}',
    )
  })

  it('shows a second field of one name beside the first, and a name that objects inherit', () => {
    const bytes = rawBson([0x10, 'a', int32(1)], [0x10, 'a', int32(2)], [0x10, '__proto__', int32(3)])
    expect(extendedJson(bytes)).toContain('"a":{"$numberInt":"1"},"a":{"$numberInt":"2"}')
    expect(Object.entries(shownDocument(bytes))).toEqual([
      ['a', { $numberInt: '1' }],
      ['a (2)', { $numberInt: '2' }],
      ['__proto__', { $numberInt: '3' }],
    ])
  })

  it('shows invalid UTF-8 without making two values one', () => {
    const shown = [Buffer.from([0xff]), Buffer.from([0xfe])].map((bytes) =>
      extendedJson(rawBson([0x02, 'a', text(bytes)])),
    )
    expect(shown).toEqual(['{"a":"\u00ff"}', '{"a":"\u00fe"}'])
  })

  it('shows an old binary with its inner length, and one that only looks like it', () => {
    const inner = Buffer.concat([int32(6), Buffer.from([2]), int32(2), Buffer.from('hi')])
    const odd = Buffer.concat([int32(5), Buffer.from([2]), int32(9), Buffer.from('h')])
    expect(extendedJson(rawBson([0x05, 'a', inner], [0x05, 'b', odd]))).toBe(
      '{"a":{"$binary":{"base64":"aGk=","subType":"02"}},"b":{"$binary":{"base64":"CQAAAGg=","subType":"02"}}}',
    )
  })

  it('writes any decimal as the library does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const decoded = decodeDecimal128(Buffer.from(bytes), 0)
        // The library does not read what is no canonical form as zero, as the standard says.
        const isCanonical =
          decoded.kind !== 'finite' || decoded.digits !== '0' || ((bytes[15] as number) & 0x60) !== 0x60
        if (isCanonical && decoded.kind !== 'finite') {
          expect(decimal128Text(decoded)).toBe(new Decimal128(bytes).toString())
        }
      }),
    )
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 34n - 1n }),
        fc.integer({ min: -6176, max: 6111 }),
        (digits, exponent) => {
          const value = Decimal128.fromString(`${digits}E${exponent}`)
          expect(decimal128Text(decodeDecimal128(Buffer.from(value.bytes), 0))).toBe(value.toString())
        },
      ),
    )
    expect(decodeDecimal128(Buffer.alloc(16, 0x6f), 0)).toMatchObject({ kind: 'finite', digits: '0' })
    expect(decodeDecimal128(Buffer.from('ffffffffffffffffffffffffffff4130', 'hex'), 0)).toMatchObject({ digits: '0' })
  })

  it('calls what is no BSON damaged, whatever it is', () => {
    const whole = Buffer.from(serialize(values))
    const damaged = (bytes: Buffer) => {
      try {
        extendedJson(bytes)
        return 'read'
      } catch (error) {
        return (error as { code?: string }).code
      }
    }
    for (let length = 0; length < whole.length; length++) {
      const cut = Buffer.from(whole.subarray(0, length))
      expect(damaged(cut)).toBe('DAMAGED')
      if (length >= 5) {
        cut.writeInt32LE(length)
        cut[length - 1] = 0
        expect(['read', 'DAMAGED']).toContain(damaged(cut))
      }
    }
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const changed = Buffer.from(whole)
        changed[at] = byte
        expect(['read', 'DAMAGED']).toContain(damaged(changed))
      }),
      { numRuns: 2000 },
    )
    expect(damaged(rawBson([0x20, 'a', Buffer.alloc(8)]))).toBe('DAMAGED')
    expect(damaged(rawBson([0x02, 'a', int32(0)]))).toBe('DAMAGED')
    expect(damaged(rawBson([0x02, 'a', Buffer.alloc(0)]))).toBe('DAMAGED')
    const scope = Buffer.concat([int32(18), int32(99), Buffer.alloc(10)])
    expect(damaged(rawBson([0x0f, 'a', scope]))).toBe('DAMAGED')
  })
})
