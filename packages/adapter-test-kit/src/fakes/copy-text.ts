/** One row as tests write it: a value per column, in their order. */
export type MemoryRow = readonly (string | number | boolean | null)[]

const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
}
const UNESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** A row as a record in COPY text, its newline included. */
export function encodeRow(row: MemoryRow): Buffer {
  return Buffer.from(`${row.map(encodeValue).join('\t')}\n`)
}

function encodeValue(value: MemoryRow[number]): string {
  if (value === null) return '\\N'
  if (typeof value === 'boolean') return value ? 't' : 'f'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the format escapes
  return String(value).replace(/[\x08-\x0d\\]/g, (character) => ESCAPES[character] ?? character)
}

/**
 * The values of a record, NULL as null. In Latin-1, a character a byte, so that nothing is lost of any encoding and
 * comparing two values as strings compares their bytes.
 */
export function decodeRecord(record: Buffer): (string | null)[] {
  const fields = record.toString('latin1', 0, record.length - 1).split('\t')
  return fields.map((field) => (field === '\\N' ? null : field.replace(/\\(.)/gs, (_, c: string) => UNESCAPES[c] ?? c)))
}

/** Cuts the bytes of whole records into those records. */
export function splitRecords(bytes: Buffer): Buffer[] {
  const records: Buffer[] = []
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start)
    if (newline === -1) throw new RangeError('the bytes end within a record')
    records.push(bytes.subarray(start, newline + 1))
    start = newline + 1
  }
  return records
}
