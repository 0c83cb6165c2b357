import pc from 'picocolors'
import { describe, expect, it } from 'vitest'
import { changeText, schemaText } from './diff-text.ts'

const plain = pc.createColors(false)

describe('a diff as text', () => {
  it('shows JSON and backslashes as they are, and no character that moves the cursor', () => {
    const text = changeText(
      {
        type: 'change',
        collection: 't',
        kind: 'changed',
        key: { id: 1 },
        before: { id: 1, a: '{"city": "Köln"}', b: 'C:\\x' },
        after: { id: 1, a: 'one\ntwo\u001b[2J\u202etwo', b: null },
        fields: ['a', 'b'],
      },
      plain,
    )
    expect(text).toBe('~ id=1\n    a  {"city": "Köln"} → one\\ntwo\\u001b[2J\\u202etwo\n    b  C:\\x → NULL\n')
  })

  it('shows what became of each path of a document, and one in which only the order differs', () => {
    const change = {
      type: 'change',
      collection: 't',
      key: { _id: { $numberInt: '1' } },
      before: {},
      after: {},
    } as const
    const changes = [
      { path: 'a', kind: 'changed', before: { $numberInt: '1' }, after: { $numberLong: '1' } },
      { path: 'items.1', kind: 'added', after: 'x' },
      { path: 'b', kind: 'removed', before: null },
    ] as const
    const fields = ['a', 'b', 'items.1']
    expect(changeText({ ...change, kind: 'changed', fields, changes }, plain)).toBe(
      '~ _id=1\n    ~ a        1 → Long(1)\n    + items.1  x\n    - b        NULL\n',
    )
    expect(changeText({ ...change, kind: 'reordered', fields: [''] }, plain)).toBe('≈ _id=1  other order of fields\n')
  })

  it('shows what of a schema object is another', () => {
    const change = { type: 'schema', object: 'column', name: 't.a', kind: 'changed' } as const
    expect(
      schemaText(
        { ...change, before: { type: 'integer', notNull: true }, after: { type: 'bigint', notNull: true } },
        plain,
      ),
    ).toBe('~ column t.a changed\n    type  integer → bigint\n')
    expect(schemaText({ ...change, before: { type: 'text' }, after: { type: 'text', default: 'x' } }, plain)).toBe(
      '~ column t.a changed\n    default  NULL → x\n',
    )
    expect(schemaText({ ...change, kind: 'removed', before: {}, after: null }, plain)).toBe(
      '~ column t.a removed\n'.replace('~', '-'),
    )
  })
})
