import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRecordPresenter } from '../src/operations/record-presenter.ts'
import { decodeFields, encodeField } from '../src/records/copy-text-fields.ts'
import { RecordFields } from '../src/records/record-fields.ts'
import { showValue } from '../src/records/show-value.ts'
import type { CollectionLayout, Column } from '../src/values/collection.ts'

function layoutOf(encoding: string, ...names: string[]): CollectionLayout {
  const columns = names.map((name): Column => ({ name, type: 'any', shape: 'string', equality: 'bytes' }))
  return {
    name: 't',
    format: 'copy-text',
    encoding,
    columns,
    key: names.length === 0 ? [] : [{ column: 0, order: 'text' }],
  }
}

function recordOf(values: readonly (Buffer | null)[]): Buffer {
  return Buffer.concat([
    ...values.flatMap((value, i) => [Buffer.from(i === 0 ? '' : '\t'), encodeField(value)]),
    Buffer.from('\n'),
  ])
}

const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom('', '\\', '\\N', 'a\tb\nc').map((text) => Buffer.from(text)),
)
const three = fc.tuple(fc.option(value), fc.option(value), fc.option(value))

describe('the fields of a record', () => {
  it('are those that a decoder gives, in any encoding', () => {
    fc.assert(
      fc.property(three, fc.constantFrom('utf-8', 'iso-8859-1', 'bytes'), (values, encoding) => {
        const layout = layoutOf(encoding, 'a', 'b', 'c')
        const record = recordOf(values)
        const fields = new RecordFields(layout)
        fields.read(recordOf([null, null, null]))
        fields.read(record)
        const decoded = decodeFields(record, layout)
        for (const [i, column] of layout.columns.entries()) {
          expect(fields.value(i)).toEqual(decoded[i])
          expect(fields.shown(i)).toBe(showValue(decoded[i] as Buffer | null, column, encoding))
        }
      }),
    )
  })

  it('equal those of another record where all bytes do', () => {
    fc.assert(
      fc.property(three, three, (left, right) => {
        const [a, b] = [
          new RecordFields(layoutOf('utf-8', 'a', 'b', 'c')),
          new RecordFields(layoutOf('utf-8', 'c', 'b', 'a')),
        ]
        a.read(recordOf(left))
        b.read(recordOf(right))
        for (let i = 0; i < 3; i++) {
          const [x, y] = [left[i] ?? null, right[2 - i] ?? null]
          expect(a.equals(i, b, 2 - i)).toBe(x === null || y === null ? x === y : x.equals(y))
        }
      }),
    )
  })

  it.each(['', 'a', 'a\n', 'a\tb', 'a\tb\tc\n'])('are refused in %j, which has not two', (record) => {
    expect(() => new RecordFields(layoutOf('utf-8', 'a', 'b')).read(Buffer.from(record))).toThrow(
      expect.objectContaining({ code: 'DAMAGED' }),
    )
  })

  it('may be none', () => {
    const none = new RecordFields(layoutOf('utf-8'))
    none.read(Buffer.from('\n'))
    expect(() => none.read(Buffer.from('a\n'))).toThrow(/fields/)
  })
})

it('a column may have the name of what objects inherit', () => {
  const presenter = createRecordPresenter(layoutOf('utf-8', '__proto__', 'toString'))
  const shown = presenter.record(recordOf([Buffer.from('one'), Buffer.from('two')]))
  expect(JSON.stringify(shown)).toBe('{"__proto__":"one","toString":"two"}')
  expect(JSON.stringify(presenter.key(shown))).toBe('{"__proto__":"one"}')
})
