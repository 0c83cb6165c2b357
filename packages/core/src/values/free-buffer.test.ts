import { expect, it } from 'vitest'
import { freeBacking, freeBuffer, ownCopy } from './free-buffer.ts'

it('empties a buffer and its views, but not by way of a view', () => {
  const large = Buffer.alloc(100_000, 'x')
  const view = large.subarray(10, 20)
  freeBuffer(view)
  expect(large.length).toBe(100_000)
  freeBuffer(large)
  expect([large.length, view.length]).toEqual([0, 0])
})

it('empties what a view is of, where that is asked for', () => {
  const large = Buffer.alloc(100_000, 'x')
  freeBacking(large.subarray(10, 20))
  expect(large.length).toBe(0)
})

it('leaves memory that may be shared, and what is not worth it', () => {
  const pooled = Buffer.from('x'.repeat(Buffer.poolSize / 4))
  freeBacking(pooled)
  expect(pooled.length).toBe(Buffer.poolSize / 4)
  const small = Buffer.allocUnsafeSlow(10)
  freeBuffer(small)
  expect(small.length).toBe(10)
  const shared = Buffer.from(new SharedArrayBuffer(100_000))
  freeBuffer(shared)
  expect(shared.length).toBe(100_000)
})

it('copies into memory of its own', () => {
  const bytes = Buffer.from('small')
  const copy = ownCopy(bytes)
  expect(copy.toString()).toBe('small')
  expect(copy.buffer.byteLength).toBe(5)
})
