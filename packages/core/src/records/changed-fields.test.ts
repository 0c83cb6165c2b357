import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CollectionLayout, Column, ValueEquality } from '../values/collection.ts'
import { canonicalJson } from './canonical-json.ts'
import { changedFields } from './changed-fields.ts'

const column = (name: string, equality: ValueEquality = 'bytes'): Column => ({
  name,
  type: 'any',
  shape: 'string',
  equality,
})
const layout = (...columns: Column[]): CollectionLayout => ({
  name: 'public.things',
  format: 'copy-text',
  encoding: 'utf-8',
  columns,
  key: [],
})
const changed = (left: string, right: string, a: CollectionLayout, b = a) =>
  changedFields(Buffer.from(`${left}\n`), Buffer.from(`${right}\n`), a, b)

describe('changed fields', () => {
  it('names what differs, sorted', () => {
    const table = layout(column('z'), column('b'), column('a'))
    expect(changed('1\t2\t3', '9\t2\t8', table)).toEqual(['a', 'z'])
    expect(changed('\\N\t2\t3', '\t2\t3', table)).toEqual(['z'])
    expect(changed('1\t2\t\\N', '1\t2\t3', table)).toEqual(['a'])
    expect(changed('1\t2\t3', '1\t2\t3', table)).toEqual([])
  })

  it('compares common columns by name, wherever they stand', () => {
    const before = layout(column('id'), column('old'), column('note'))
    const after = layout(column('note'), column('new'), column('id'))
    expect(changed('1\tx\tn', 'n\ty\t1', before, after)).toEqual([])
    expect(changed('1\tx\tn', 'm\ty\t1', before, after)).toEqual(['note'])
  })

  it('takes two ways to escape for the same value', () => {
    expect(changed('a\\\u0001b', 'a\u0001b', layout(column('a')))).toEqual([])
  })

  it.each<[ValueEquality, string, string, boolean]>([
    ['float', '1e2', '100', true],
    ['float', '0.1', '0.10000000000000001', true],
    ['float', '0.1', '0.2', false],
    ['float', '0', '-0', false],
    ['float', 'Infinity', '1e999', true],
    ['float', 'NaN', 'nan', false],
    ['float', 'x', '1', false],
    ['float', ' ', '0', false],
    ['bytes', '1e2', '100', false],
    ['json', '{"a":1,"b":[1,2]}', '{ "b": [1, 2], "a": 1 }', true],
    ['json', '{"a":1}', '{"a":1.0}', false],
    ['json', '[1,2]', '[2,1]', false],
    ['json', '"\\\\u00e9\\\\n"', '"é\\\\n"', true],
    ['json', '{"a":1,"a":2}', '{"a":2,"a":1}', false],
    ['json', '{"a":1,"a":2}', '{"a":2}', false],
    ['json', '{"a":"x\\\\"y"}', '{ "a":"x\\\\"y"}', true],
    ['json', '9007199254740993', '9007199254740992', false],
    ['json', 'null', '{}', false],
    ['json', ' true', 'true', true],
    ['json', 'not json', ' not json', false],
  ])('as %s, %s and %s: equal is %s', (equality, left, right, equal) => {
    expect(changed(left, right, layout(column('a', equality)))).toEqual(equal ? [] : ['a'])
  })

  it('compares by bytes where the sides disagree how', () => {
    expect(changed('1e2', '100', layout(column('a', 'float')), layout(column('a', 'bytes')))).toEqual(['a'])
  })

  it('compares text, not bytes, where the sides have different encodings', () => {
    const utf8 = layout(column('a'), column('b'))
    const latin2 = { ...utf8, encoding: 'iso-8859-2' }
    const [left, right] = [Buffer.from('ä\tx\n'), Buffer.from('ä\ty\n', 'latin1')]
    expect(changedFields(left, right, utf8, latin2)).toEqual(['b'])
    expect(changedFields(left, left, utf8, latin2)).toEqual(['a'])
  })
})

describe('canonical JSON', () => {
  it('is the same for any white space, order of members and escaping, and differs for different values', () => {
    const shuffled = (value: unknown): string => {
      if (Array.isArray(value)) return `[ ${value.map(shuffled).join(' ,\n')}]`
      if (typeof value === 'string') return `"${[...value].map(escapeChar).join('')}"`
      if (value === null || typeof value !== 'object') return JSON.stringify(value)
      const members = Object.entries(value).reverse()
      return `{${members.map(([name, member]) => `\t${shuffled(name)} : ${shuffled(member)}`).join(',')} }`
    }
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, other) => {
        const canonical = canonicalJson(JSON.stringify(value)) as string
        expect(canonicalJson(shuffled(value))).toBe(canonical)
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(value)))
        const isSame = canonicalJson(JSON.stringify(other)) === canonical
        if (isSame) expect(JSON.parse(JSON.stringify(other))).toEqual(JSON.parse(canonical))
      }),
      { numRuns: 300 },
    )
  })

  it('takes any depth, and nothing that is not JSON', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    expect(canonicalJson(deep)).toBe(deep)
    for (const text of ['', '{', '[1,]', 'nul']) expect(canonicalJson(text)).toBeUndefined()
  })
})

function escapeChar(char: string): string {
  return [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')
}
