import { Binary, BSONRegExp, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bson, documentLayout, int32, rawBson, text } from '../../../test/support/bson-documents.ts'
import { createRecordReader } from '../create-record-reader.ts'

function keyOf(document: Buffer): Buffer {
  const reader = createRecordReader(documentLayout('a'))
  reader.begin()
  const length = reader.key(document, 0, reader.end(document, 0, document.length))
  return Buffer.from(reader.keyBytes.subarray(0, length))
}

const decimal = (value: string) => Decimal128.fromString(value)

/** Values that the server calls equal stand in one list; the lists ascend. The MongoDB adapter compares with a server. */
const ascending: unknown[][] = [
  [new MinKey()],
  [null],
  [new Double(Number.NaN), decimal('NaN')],
  [new Double(Number.NEGATIVE_INFINITY), decimal('-Infinity')],
  [decimal('-1E+6000')],
  [new Double(-1.5e300)],
  [Long.MIN_VALUE, new Double(-(2 ** 63))],
  [new Int32(-10), new Double(-10)],
  [new Int32(-9)],
  [new Double(-0.5), decimal('-0.50')],
  [decimal('-1E-6000')],
  [new Int32(0), new Double(-0), Long.ZERO, decimal('0E+5'), decimal('-0')],
  [new Double(5e-324)],
  [new Double(1e-7)],
  [decimal('0.1')],
  [new Double(0.1)],
  [new Int32(1), Long.ONE, new Double(1), decimal('1.00')],
  [new Int32(9)],
  [new Int32(10), decimal('1E+1')],
  [new Int32(99)],
  [new Int32(100)],
  [new Int32(101)],
  [new Double(9007199254740992), Long.fromString('9007199254740992')],
  [Long.fromString('9007199254740993'), decimal('9007199254740993')],
  [Long.MAX_VALUE],
  [new Double(2 ** 63)],
  [new Double(1e300)],
  [decimal('1E+6144')],
  [new Double(Number.POSITIVE_INFINITY), decimal('Infinity')],
  [''],
  ['B'],
  ['a'],
  ['a\0'],
  ['a\0b'],
  ['aa'],
  ['ä'],
  [{}],
  [{ a: null }],
  [{ a: new Int32(1) }],
  [{ a: new Int32(1), b: new Int32(1) }],
  [{ a: new Int32(2) }],
  [{ b: new Int32(1) }],
  [{ a: 'x' }],
  [{ a: [] }],
  [{ a: [new Int32(1), 'x'] }],
  [new Binary(Buffer.alloc(0))],
  [new Binary(Buffer.from([9]))],
  [new Binary(Buffer.from([1]), 5)],
  [new Binary(Buffer.from([0, 0]))],
  [new ObjectId('00000000ffffffffffffffff')],
  [new ObjectId('010000000000000000000000')],
  [false],
  [true],
  [new Date(-1)],
  [new Date(0)],
  [new Date(1700000000000)],
  [new Timestamp({ t: 1, i: 4294967295 })],
  [new Timestamp({ t: 4294967295, i: 0 })],
  [{ a: new BSONRegExp('a') }],
  [new Code('a')],
  [new Code('a', {})],
  [new Code('a', { b: new Int32(1) })],
  [new MaxKey()],
]

it('orders values of every type as the server does, and gives equal ones one key', () => {
  const keys = ascending
    // Nested alone: the server takes no regular expression for an `_id`.
    .filter(([value]) => !(value as { a?: unknown })?.a || !((value as { a: unknown }).a instanceof BSONRegExp))
    .map((equal) => equal.map((value) => keyOf(bson({ _id: value }))))
  for (const [i, equal] of keys.entries()) {
    for (const key of equal) expect(key).toEqual(equal[0])
    const next = keys[i + 1]?.[0]
    if (next !== undefined) expect(Buffer.compare(equal[0] as Buffer, next), `${i}`).toBe(-1)
  }
})

it('orders what drivers do not write', () => {
  const oid = Buffer.alloc(12)
  const nested = (...element: [number, string, Buffer]): Buffer => rawBson([0x03, '_id', rawBson(element)])
  const keys = [
    nested(0x06, 'a', Buffer.alloc(0)),
    nested(0x0a, 'a', Buffer.alloc(0)),
    nested(0x0e, 'a', text('s')),
    nested(0x02, 'a', text('t')),
    nested(0x0b, 'a', Buffer.from('a\0i\0')),
    nested(0x0b, 'a', Buffer.from('ab\0\0')),
    nested(0x0c, 'a', Buffer.concat([text('b'), oid])),
    nested(0x0c, 'a', Buffer.concat([text('aa'), oid])),
    nested(0x0d, 'a', text('a')),
  ].map(keyOf)
  for (let i = 1; i < keys.length; i++) expect(Buffer.compare(keys[i - 1] as Buffer, keys[i] as Buffer)).toBe(-1)
})

it('orders any two numbers by their exact values', () => {
  const number = fc.oneof(
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((value) => ({ id: new Double(value), exact: exactOf(value) })),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({
      id: Long.fromBigInt(value),
      exact: { digits: value, power: 0 },
    })),
    fc
      .tuple(fc.bigInt({ min: -(10n ** 33n), max: 10n ** 33n }), fc.integer({ min: -340, max: 300 }))
      .map(([digits, power]) => ({ id: decimal(`${digits}E${power}`), exact: { digits, power } })),
    fc.integer({ min: -1000, max: 1000 }).map((value) => ({ id: new Int32(value), exact: exactOf(value) })),
  )
  fc.assert(
    fc.property(number, number, (a, b) => {
      const least = Math.min(a.exact.power, b.exact.power)
      const scaled = ({ digits, power }: { digits: bigint; power: number }): bigint =>
        digits * 10n ** BigInt(power - least)
      const [x, y] = [scaled(a.exact), scaled(b.exact)]
      const order = Buffer.compare(keyOf(bson({ _id: a.id })), keyOf(bson({ _id: b.id })))
      expect(order).toBe(x < y ? -1 : x > y ? 1 : 0)
    }),
    { numRuns: 1000 },
  )
})

/** value = digits · 10^power. */
function exactOf(value: number): { digits: bigint; power: number } {
  let mantissa = value
  let shift = 0
  for (; !Number.isInteger(mantissa); shift++) mantissa *= 2
  return { digits: BigInt(mantissa) * 5n ** BigInt(shift), power: -shift }
}

it('finds `_id` where it is not first, and calls a document without one damaged', () => {
  const bytes = rawBson([0x10, '_i', int32(1)], [0x10, 'xid', int32(2)], [0x10, '_id', int32(3)])
  expect(keyOf(bytes)).toEqual(keyOf(bson({ _id: new Int32(3) })))
  expect(() => keyOf(bson({ a: 1 }))).toThrowError(expect.objectContaining({ code: 'DAMAGED' }))
})
