import { DamagedError } from '../errors/damaged-error.ts'
import type { CollectionLayout } from '../values/collection.ts'
import { unescapeCopyText } from './unescape-copy-text.ts'

const TAB = 0x09
const NEWLINE = 0x0a
const BACKSLASH = 0x5c
const UPPER_N = 0x4e

/** What follows the backslash for a byte that would end a field or a record, or that the servers escape as well. */
const ESCAPES: Readonly<Record<number, number>> = {
  0x08: 0x62,
  [TAB]: 0x74,
  [NEWLINE]: 0x6e,
  0x0b: 0x76,
  0x0c: 0x66,
  0x0d: 0x72,
  [BACKSLASH]: BACKSLASH,
}

/** How NULL stands in COPY text. No value is written so: a value's backslash is doubled. */
export const NULL_FIELD: Buffer = Buffer.from('\\N')

/**
 * The fields of one record, escaped as they stand there, in the order of the layout's columns; views of `record`. A
 * record that does not end in a newline or has another number of fields is a `DamagedError`, which names the
 * collection and nothing of the record.
 */
export function splitFields(record: Buffer, layout: CollectionLayout): Buffer[] {
  const fields: Buffer[] = []
  const end = record.length - 1
  if (record[end] !== NEWLINE) throw malformedRecord(layout)
  if (layout.columns.length > 0 || end > 0) {
    let start = 0
    for (let tab = record.indexOf(TAB); tab !== -1; tab = record.indexOf(TAB, start)) {
      fields.push(record.subarray(start, tab))
      start = tab + 1
    }
    fields.push(record.subarray(start, end))
  }
  if (fields.length !== layout.columns.length) throw malformedRecord(layout)
  return fields
}

/** The value of one escaped field, or null for NULL. A view of `field` where nothing is escaped. */
export function decodeField(field: Buffer): Buffer | null {
  if (field.length === 2 && field[0] === BACKSLASH && field[1] === UPPER_N) return null
  if (!field.includes(BACKSLASH)) return field
  const value = Buffer.allocUnsafe(field.length)
  return value.subarray(0, unescapeCopyText(field, 0, field.length, value))
}

/** The values of one record, NULL as null, in the order of the layout's columns. Fails as `splitFields` does. */
export function decodeFields(record: Buffer, layout: CollectionLayout): (Buffer | null)[] {
  return splitFields(record, layout).map(decodeField)
}

/** A value as PostgreSQL's COPY writes it; null is NULL. The value itself where nothing has to be escaped. */
export function encodeField(value: Buffer | null): Buffer {
  if (value === null) return NULL_FIELD
  let escapes = 0
  for (const byte of value) if (ESCAPES[byte] !== undefined) escapes += 1
  if (escapes === 0) return value
  const field = Buffer.allocUnsafe(value.length + escapes)
  let at = 0
  for (const byte of value) {
    const letter = ESCAPES[byte]
    if (letter !== undefined) field[at++] = BACKSLASH
    field[at++] = letter ?? byte
  }
  return field
}

/** The error of a record that is not what its layout says. */
export function malformedRecord(layout: CollectionLayout): DamagedError {
  return new DamagedError(`a record of ${layout.name} does not have the fields that its snapshot lists`, {
    hint: 'Run `dbsnap check` to see which snapshots are affected.',
    data: { collection: layout.name },
  })
}
