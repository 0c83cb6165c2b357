import { expect, it } from 'vitest'
import { BoundedCache } from './bounded-cache.ts'

it('a bounded cache keeps what was used last, as far as it fits', () => {
  const cache = new BoundedCache<string>(10)
  cache.set('a', 'A', 4)
  cache.set('b', 'B', 4)
  expect(cache.get('a')).toBe('A')
  cache.set('c', 'C', 4)
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['A', undefined, 'C'])
  cache.set('a', 'A2', 6)
  expect([cache.get('a'), cache.get('c')]).toEqual(['A2', 'C'])
  cache.set('large', 'L', 11)
  expect([cache.get('large'), cache.get('a')]).toEqual([undefined, 'A2'])
  cache.delete('a')
  cache.delete('a')
  cache.set('d', 'D', 6)
  expect([cache.get('c'), cache.get('d')]).toEqual(['C', 'D'])
})
