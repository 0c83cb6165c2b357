import { describe, expect, it } from 'vitest'
import type { CollectionLayout } from '../values/collection.ts'
import { leadingKey } from './leading-key.ts'

const column = (name: string) => ({ name, type: 'text', shape: 'string', equality: 'bytes' }) as const
const layout: CollectionLayout = {
  name: 'public.t',
  format: 'copy-text',
  encoding: 'utf-8',
  columns: [column('id'), column('v'), column('kind')],
  key: [
    { column: 0, order: 'text' },
    { column: 2, order: 'text' },
  ],
}

describe('the key of a record whose end was not seen', () => {
  it.each([
    ['7\tv\ta\\tb\trest', 'id=7, kind=a\tb'],
    ['\\N\tv\tkind', 'id=NULL'],
    [`${'x'.repeat(500)}\tv`, `id=${'x'.repeat(100)}`],
    ['still the first field', ''],
    ['7\tv\tk\tone too many\t', 'id=7, kind=k'],
  ])('shows what is whole', (head, shown) => {
    expect(leadingKey(Buffer.from(head), layout)).toBe(shown)
  })
})
