import type { NativeValues } from '@dbsnap/adapter-test-kit'
import type { MysqlFlavour } from '@dbsnap/test-servers'

const TEXTS = [
  '',
  ' ',
  '\\',
  '\\N',
  '\\.',
  '\t',
  '\n',
  '\r\n',
  '\b\f\v',
  '\0',
  '\u001a',
  '\u0001\u007f',
  'ä€',
  'NULL',
  "it's",
  '"',
  '`',
]
/** The origin, as the server keeps it: SRID 0, then well-known binary. */
const ORIGIN = `\0\0\0\0\u0001\u0001\0\0\0${'\0'.repeat(16)}`

/** Every type that a column of both families can have, with its edges, as the servers print them under our settings. */
const BOTH: readonly NativeValues[] = [
  { type: 'tinyint', values: ['-128', '0', '127'] },
  { type: 'tinyint unsigned', values: ['0', '255'] },
  { type: 'tinyint(1)', values: ['0', '1'] },
  { type: 'smallint', values: ['-32768', '0', '32767'] },
  { type: 'mediumint', values: ['-8388608', '0', '8388607'] },
  { type: 'int', values: ['-2147483648', '0', '2147483647'] },
  { type: 'int(8) unsigned zerofill', values: ['00000000', '00000042', '4294967295'] },
  { type: 'bigint', values: ['-9223372036854775808', '0', '9223372036854775807'] },
  { type: 'bigint unsigned', values: ['0', '18446744073709551615'] },
  { type: 'decimal(12,2)', values: ['-9999999999.99', '0.00', '0.10'] },
  { type: 'decimal(65,30)', values: [`-${'9'.repeat(35)}.${'9'.repeat(30)}`, `0.${'0'.repeat(29)}1`] },
  {
    type: 'float',
    values: ['0', '0.10000000149011612', '1.2345677614212036', '-3.4028234663852886e38', '1.401298464324817e-45'],
  },
  {
    type: 'double',
    values: ['0', '0.1', '5e-324', '-1.7976931348623157e308', '1e-300', '1.2345678901234568e16'],
  },
  { type: 'bit(1)', values: ['\0', '\u0001'] },
  { type: 'bit(12)', values: ['\0\0', '\u000fA', '\0\n'] },
  { type: 'bit(64)', values: ['\0'.repeat(8), '\u0001\t\\\n\r\0ab'] },
  { type: 'date', values: ['0000-00-00', '2024-00-00', '2024-02-31', '1000-01-01', '9999-12-31'] },
  { type: 'datetime', values: ['0000-00-00 00:00:00', '1000-01-01 00:00:00', '9999-12-31 23:59:59'] },
  { type: 'datetime(6)', values: ['0000-00-00 00:00:00.000000', '2024-02-29 12:34:56.000001'] },
  { type: 'timestamp', values: ['0000-00-00 00:00:00', '1970-01-01 00:00:01', '2038-01-19 03:14:07'] },
  { type: 'timestamp(3)', values: ['2024-03-31 02:30:00.125'] },
  { type: 'time', values: ['-838:59:59', '00:00:00', '-00:00:01', '838:59:59'] },
  { type: 'time(6)', values: ['-838:59:58.999999', '12:34:56.000001'] },
  { type: 'year', values: ['0000', '1901', '2155'] },
  { type: 'char(5)', values: ['', 'ab', 'a b', 'äöüß€'] },
  { type: 'varchar(20)', values: ['', '  padded  ', ...TEXTS, '😀'] },
  { type: 'text', values: [...TEXTS, '😀', 'x'.repeat(60_000)] },
  { type: 'longtext', values: ['y'.repeat(1_000_000), '\\'.repeat(40_000)] },
  { type: 'varchar(20) character set latin1', values: ['', 'ä€', '\u0081', "it's\t\\"] },
  { type: 'text character set utf16', values: ['ä€😀', '\t\n\\'] },
  { type: 'varchar(20) character set ascii', values: ['abc', '\\'] },
  { type: 'varchar(20) character set sjis', values: ['日本', 'ｱ'] },
  { type: 'binary(4)', values: ['\0\0\0\0', 'ab\0\0', '\t\n\\\r'] },
  { type: 'varbinary(20)', values: TEXTS },
  { type: 'blob', values: [...TEXTS, '\0'.repeat(10_000)] },
  { type: 'longblob', values: ['\\\t\n\r\0'.repeat(100_000)] },
  { type: "enum('a','B','','ö','it''s','2')", values: ['a', 'B', '', 'ö', "it's", '2'] },
  { type: "set('a','b','c d','ö')", values: ['', 'a', 'a,b', 'a,b,c d,ö'] },
  { type: "enum('x','ö') character set latin1", values: ['x', 'ö'] },
  { type: 'geometry', values: [ORIGIN] },
  { type: 'point', values: [ORIGIN] },
]

const MYSQL: readonly NativeValues[] = [
  // MariaDB knows no -0.
  { type: 'float', values: ['-0'] },
  { type: 'double', values: ['-0'] },
  {
    type: 'json',
    values: [
      'null',
      '{}',
      '[1, 2.5, "a\\\\b\\tc", null, true]',
      '{"b": {"ä": "😀"}, "aa": "it\'s"}',
      '12345678901234567890',
    ],
  },
  { type: 'vector(2)', values: ['\0\0\0\0\0\0\0\0'] },
]

const MARIADB: readonly NativeValues[] = [
  { type: 'json', values: ['null', '{"b":1, "a" : [ ]}', '"a\\\\b"'] },
  { type: 'uuid', values: ['00000000-0000-0000-0000-000000000000', '123e4567-e89b-12d3-a456-426655440000'] },
  { type: 'inet4', values: ['0.0.0.0', '192.0.2.1'] },
  { type: 'inet6', values: ['::', '2001:db8::1', '::ffff:192.0.2.1'] },
]

/** Every type of a family of servers, with its edges. */
export function nativeValues(flavour: MysqlFlavour): readonly NativeValues[] {
  return [...BOTH, ...(flavour === 'mysql' ? MYSQL : MARIADB)]
}
