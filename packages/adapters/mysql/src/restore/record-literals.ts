import { type ColumnType, isBinary } from '../mysql-type-map.ts'

const TAB = 0x09
const BACKSLASH = 0x5c
const NULL_FIELD = '\\N'

/**
 * A record as the values of an INSERT: `('1','it''s',NULL,x'00ff')`. `record` is without its newline. Texts are in
 * UTF-8; a record's own escapes mean the same within quotes.
 */
export function recordLiterals(record: Buffer, columns: readonly ColumnType[]): string {
  const values: string[] = []
  let start = 0
  for (const column of columns) {
    const tab = record.indexOf(TAB, start)
    const end = tab === -1 ? record.length : tab
    values.push(fieldLiteral(record.subarray(start, end), column))
    start = end + 1
  }
  return `(${values.join(',')})`
}

/** One field as a literal. */
export function fieldLiteral(field: Buffer, column: ColumnType): string {
  if (field.length === 2 && field.toString('latin1') === NULL_FIELD) return 'NULL'
  if (isBinary(column)) return field.length === 0 ? "''" : `x'${unescaped(field).toString('hex')}'`
  const text = field.toString('utf8')
  // The client program `mysql` takes no zero byte as it is.
  return `'${/['\0]/.test(text) ? text.replaceAll("'", "''").replaceAll('\0', '\\0') : text}'`
}

function unescaped(field: Buffer): Buffer {
  if (!field.includes(BACKSLASH)) return field
  const value = Buffer.allocUnsafe(field.length)
  let length = 0
  for (let i = 0; i < field.length; i++) {
    const byte = field[i] as number
    value[length++] = byte === BACKSLASH ? plainByte(field[++i] as number) : byte
  }
  return value.subarray(0, length)
}

function plainByte(letter: number): number {
  switch (letter) {
    case 0x74:
      return TAB
    case 0x6e:
      return 0x0a
    case 0x72:
      return 0x0d
    default:
      return letter
  }
}
