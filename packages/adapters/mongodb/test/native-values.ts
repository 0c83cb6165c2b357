import type { NativeValues } from '@dbsnap/adapter-test-kit'

const long = (value: string): string => `{"$numberLong":"${value}"}`
const double = (value: string): string => `{"$numberDouble":"${value}"}`
const decimal = (value: string): string => `{"$numberDecimal":"${value}"}`
const binary = (base64: string, subType: string): string => `{"$binary":{"base64":"${base64}","subType":"${subType}"}}`
const date = (value: string): string => `{"$date":{"$numberLong":"${value}"}}`

/** Every BSON type that a driver writes, with its edges, as canonical extended JSON. */
export const nativeValues: readonly NativeValues[] = [
  {
    type: 'double',
    values: ['0.0', '-0.0', '0.1', 'NaN', 'Infinity', '-Infinity', '5e-324', '1.7976931348623157e+308'].map(double),
  },
  { type: 'string', values: ['""', '" "', '"\\t\\n\\u0000\\\\"', '"ä€😀"', `"${'x'.repeat(100_000)}"`] },
  { type: 'object', values: ['{}', '{"b":{"$numberInt":"1"},"a":{"c":null}}', '{"":"","a.b":"","$x":""}'] },
  { type: 'array', values: ['[]', '[[],[null]]', '[{"$numberInt":"1"},{"a":[]},"x"]'] },
  {
    type: 'binData',
    values: [binary('', '00'), binary('AAH/', '00'), binary('AAECAwQFBgcICQoLDA0ODw==', '04'), binary('AAE=', '80')],
  },
  { type: 'objectId', values: ['{"$oid":"000000000000000000000000"}', '{"$oid":"ffffffffffffffffffffffff"}'] },
  { type: 'bool', values: ['true', 'false'] },
  { type: 'date', values: ['0', '-1', '253402300800000', '-62135596800000'].map(date) },
  {
    type: 'regex',
    values: [
      '{"$regularExpression":{"pattern":"","options":""}}',
      '{"$regularExpression":{"pattern":"^a/\\"b","options":"im"}}',
    ],
  },
  { type: 'javascript', values: ['{"$code":"f()"}', '{"$code":"g()","$scope":{"a":{"$numberInt":"1"}}}'] },
  { type: 'int', values: ['-2147483648', '0', '2147483647'].map((value) => `{"$numberInt":"${value}"}`) },
  {
    type: 'timestamp',
    values: ['{"$timestamp":{"t":4294967295,"i":1}}', '{"$timestamp":{"t":0,"i":1}}'],
  },
  { type: 'long', values: ['-9223372036854775808', '0', '9223372036854775807'].map(long) },
  {
    type: 'decimal',
    values: ['0', '-0', '1.0', '1.00', 'NaN', 'Infinity', '-Infinity', '9.999999999999999999999999999999999E+6144'].map(
      decimal,
    ),
  },
  { type: 'minKey', values: ['{"$minKey":1}'] },
  { type: 'maxKey', values: ['{"$maxKey":1}'] },
]
