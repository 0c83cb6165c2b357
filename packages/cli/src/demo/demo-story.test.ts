import { expect, test } from 'vitest'
import { demoStory, showBytes, showCount } from './demo-story.ts'

const story = demoStory({ colours: false })
const price = { id: '3', price: '24.36', name: 'Velvet Blend' }

test('a changed record shows its key and each changed field with both values', () => {
  const after = { ...price, price: '2436.00' }
  const change = { collection: 'public.products', key: { id: '3' }, before: price, after, fields: ['price'] }
  expect(story.change({ kind: 'changed', ...change })).toBe('   ~ public.products id 3  price 24.36 → 2436.00\n')
})

test('a removed record shows its values, the key not twice, cut at the width of a terminal', () => {
  const change = { collection: 'public.products', key: { id: '3' }, after: null, fields: [] }
  expect(story.change({ kind: 'removed', before: price, ...change })).toBe(
    '   - public.products id 3  price 24.36, name Velvet Blend\n',
  )
  const long = story.change({ kind: 'removed', before: { note: 'x'.repeat(500), gone: null }, ...change })
  expect(long.length).toBeLessThan(100)
  expect(long.endsWith('x…\n')).toBe(true)
})

test('colours only where they are asked for', () => {
  expect(demoStory({ colours: true }).good('done')).toContain('\u001b[32m')
  expect(story.good('done')).toBe('   ✔ done\n')
  expect(story.schemaChange('removed', 'index', 'public.i')).toBe('   - index public.i\n')
})

test('numbers as a person reads them', () => {
  expect([0, 999, 1000, 199_828].map(showCount)).toEqual(['0', '999', '1 000', '199 828'])
  expect([0, 999, 1000, 31_234_567, 812_000].map(showBytes)).toEqual([
    '0 bytes',
    '999 bytes',
    '1.0 kB',
    '31.2 MB',
    '812 kB',
  ])
})
