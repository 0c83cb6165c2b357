import { expect, it } from 'vitest'
import { PackWindow } from './pack-window.ts'

const large = () => Buffer.alloc(100_000, 'x')

it('is freed when it is kept no longer and nobody reads in it', async () => {
  const bytes = large()
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const window = new PackWindow(promise)
  const [first, second] = [1, 2].map((n) => window.with((content) => content.subarray(0, n).toString()))
  window.drop()
  resolve(bytes)
  expect([await first, await second]).toEqual(['x', 'xx'])
  await expect.poll(() => bytes.length).toBe(0)
})

it('is freed at once where nobody reads, and stays while it is kept', async () => {
  const bytes = large()
  const window = new PackWindow(Promise.resolve(bytes))
  expect(await window.with((content) => content.length)).toBe(100_000)
  expect(bytes.length).toBe(100_000)
  window.drop()
  await expect.poll(() => bytes.length).toBe(0)
})

it('fails as the reading of it does', async () => {
  const window = new PackWindow(Promise.reject(new Error('gone')))
  await expect(window.with(() => 1)).rejects.toThrow('gone')
  window.drop()
})
