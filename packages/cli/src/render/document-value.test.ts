import { expect, it } from 'vitest'
import { documentText } from './document-value.ts'

it('values of documents are written as people do, types told apart', () => {
  expect(
    documentText({
      a: { $numberInt: '1' },
      b: [{ $numberLong: '1' }, { $numberDouble: '1.0' }, { $numberDecimal: '1.0' }, null, true, 'x'],
      c: { $oid: '0123' },
      d: { $date: { $numberLong: '0' } },
      e: { $date: { $numberLong: '9223372036854775807' } },
      f: { $numberInt: '1', and: 'more' },
      g: {},
      h: { constructor: 'x' },
    }),
  ).toBe(
    '{"a":1,"b":[Long(1),1.0,Decimal128(1.0),null,true,"x"],"c":ObjectId(0123),"d":1970-01-01T00:00:00.000Z,' +
      '"e":Date({"$numberLong":"9223372036854775807"}),"f":{"$numberInt":"1","and":"more"},"g":{},"h":{"constructor":"x"}}',
  )
})
