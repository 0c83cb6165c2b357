import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DamagedError } from '../errors/damaged-error.ts'
import type { Column } from '../values/collection.ts'
import { decodeField, decodeFields, encodeField } from './copy-text-fields.ts'
import { showValue } from './show-value.ts'

const text: Column = { name: 'a', type: 'text', shape: 'string', equality: 'bytes' }
const layoutOf = (count: number) => ({
  name: 'public.things',
  format: 'copy-text' as const,
  encoding: 'utf-8',
  columns: Array.from({ length: count }, (_, i) => ({ ...text, name: `c${i}` })),
  key: [],
})
const decode = (record: string, count: number) =>
  decodeFields(Buffer.from(record, 'latin1'), layoutOf(count)).map((value) => value?.toString('latin1') ?? null)

describe('fields of a record in COPY text', () => {
  it('tells NULL from an empty value and from its own spelling', () => {
    expect(decode('\\N\t\t\\\\N\n', 3)).toEqual([null, '', '\\N'])
  })

  it('reads escapes, and a record without columns', () => {
    expect(decode('a\\tb\\nc\\\\\\b\\f\\r\\v\t\xff\n', 2)).toEqual(['a\tb\nc\\\b\f\r\v', '\xff'])
    expect(decode('\n', 0)).toEqual([])
    expect(decode('\n', 1)).toEqual([''])
  })

  it('reads back any values', () => {
    const value = fc.option(fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)))
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
        const fields = values.map(encodeField)
        expect(fields.map(decodeField)).toEqual(values)
        const record = Buffer.concat([
          ...fields.flatMap((field) => [Buffer.from('\t'), field]).slice(1),
          Buffer.from('\n'),
        ])
        expect(record.indexOf('\n')).toBe(record.length - 1)
        expect(decodeFields(record, layoutOf(values.length))).toEqual(values)
      }),
    )
  })

  it.each([
    ['too few fields', 'a\n', 2],
    ['too many fields', 'a\tb\tc\n', 2],
    ['a field where none is', 'a\n', 0],
    ['no newline', 'a\tb', 2],
    ['nothing at all', '', 1],
  ])('refuses a record with %s and tells nothing of it', (_name, record, count) => {
    expect(() => decode(record, count)).toThrow(DamagedError)
    expect(() => decode(record, count)).toThrow(/^a record of public.things does not have the fields/)
  })
})

describe('showing a value', () => {
  const show = (value: string | null, shape: Column['shape'] = 'string', encoding = 'utf-8') =>
    showValue(value === null ? null : Buffer.from(value, 'latin1'), { ...text, shape }, encoding)

  it('gives numbers and booleans where the column has them, and text where JSON would not be exact', () => {
    expect(show(null, 'number')).toBeNull()
    expect(show('-42', 'number')).toBe(-42)
    expect(show('1.50', 'number')).toBe('1.50')
    expect(show('12345678901234567890', 'number')).toBe('12345678901234567890')
    expect(show('NaN', 'number')).toBe('NaN')
    expect(show('t', 'boolean')).toBe(true)
    expect(show('f', 'boolean')).toBe(false)
    expect(show('maybe', 'boolean')).toBe('maybe')
    expect(show('42')).toBe('42')
  })

  it('reads text in its encoding, and bytes as UTF-8 where they are that', () => {
    expect(show('\xc3\xa4')).toBe('ä')
    expect(show('\xe4', 'string', 'iso-8859-2')).toBe('ä')
    expect(show('\xef\xbb\xbfx')).toBe('\ufeffx')
    for (const encoding of ['bytes', 'no-such-encoding', 'utf-8']) {
      expect(show('\xc3\xa4', 'string', encoding)).toBe('ä')
      expect(show('\xe4\xff', 'string', encoding)).toBe('äÿ')
    }
  })
})
