import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRecordPresenter } from '../src/operations/record-presenter.ts'
import { csvField, csvStyle } from '../src/record-text/csv-style.ts'
import { jsonStyle } from '../src/record-text/json-style.ts'
import { RecordTextWriter } from '../src/record-text/record-text-writer.ts'
import { TextSink } from '../src/record-text/text-sink.ts'
import type { TextStyle } from '../src/record-text/text-style.ts'
import { encodeField } from '../src/records/copy-text-fields.ts'
import type { CollectionLayout, Column } from '../src/values/collection.ts'

function layoutOf(encoding: string, ...shapes: Column['shape'][]): CollectionLayout {
  const columns = shapes.map((shape, i): Column => ({ name: `c"${i}`, type: 'any', shape, equality: 'bytes' }))
  return { name: 't', format: 'copy-text', encoding, columns, key: [] }
}

function recordOf(values: readonly (Buffer | null)[]): Buffer {
  const parts = values.flatMap((value, i) => [Buffer.from(i === 0 ? '' : '\t'), encodeField(value)])
  return Buffer.concat([...parts, Buffer.from('\n')])
}

function written(layout: CollectionLayout, style: TextStyle, ...records: readonly Buffer[]): string {
  const out = new TextSink()
  const writer = new RecordTextWriter(layout, style)
  for (const record of records) {
    writer.begin(record)
    writer.write(record, 0, record.length, out)
  }
  return out.take().toString()
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }).map((value) => Buffer.from(value)),
  fc
    .constantFrom('', '\\N', '\\', '"', 'a,b', '\r', '\n', '\t', '\u0001', 'x'.repeat(5000), '\u0001'.repeat(5000))
    .map(Buffer.from),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0))),
)
const values = fc.tuple(
  fc.option(text),
  fc.option(fc.constantFrom('t', 'f', 'else').map(Buffer.from)),
  fc.option(fc.constantFrom('0', '-12', '9007199254740993', '1e5').map(Buffer.from)),
  fc.option(text),
)
const encodings = fc.constantFrom('utf-8', 'iso-8859-1', 'bytes')

describe('records written as text', () => {
  it('are what JSON.stringify makes of the values that are shown', () => {
    fc.assert(
      fc.property(values, encodings, (given, encoding) => {
        const layout = layoutOf(encoding, 'string', 'boolean', 'number', 'string')
        const record = recordOf(given)
        const expected = JSON.stringify(createRecordPresenter(layout).record(record))
        expect(written(layout, jsonStyle(layout.columns), record)).toBe(expected)
      }),
    )
  })

  it('are lines of CSV of the values that are shown', () => {
    fc.assert(
      fc.property(values, encodings, (given, encoding) => {
        const layout = layoutOf(encoding, 'string', 'boolean', 'number', 'string')
        const record = recordOf(given)
        const shown = Object.values(createRecordPresenter(layout).record(record))
        expect(written(layout, csvStyle(layout.columns), record)).toBe(`${shown.map(csvField).join(',')}\r\n`)
      }),
    )
  })

  it('may have no columns', () => {
    const layout = layoutOf('utf-8')
    expect(written(layout, jsonStyle([]), Buffer.from('\n'))).toBe('{}')
    expect(written(layout, csvStyle([]), Buffer.from('\n'))).toBe('\r\n')
  })

  it.each(['a\n', 'a\tb\tc\n', 'a\tb', ''])('refuse %j, which has not the fields of its layout', (record) => {
    const layout = layoutOf('utf-8', 'string', 'string')
    expect(() => written(layout, jsonStyle(layout.columns), Buffer.from(record))).toThrow(
      expect.objectContaining({ code: 'DAMAGED' }),
    )
  })

  it('refuse a record without columns that has some', () => {
    expect(() => written(layoutOf('utf-8'), jsonStyle([]), Buffer.from('a\n'))).toThrow(/fields/)
  })
})
