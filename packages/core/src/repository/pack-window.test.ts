import { expect, it } from 'vitest'
import { PackWindow } from './pack-window.ts'

const large = () => Buffer.alloc(100_000, 'x')

async function copyOf(window: PackWindow, offset: number, length: number): Promise<string> {
  const target = Buffer.alloc(length)
  await window.copy(target, 0, offset)
  return target.toString()
}

it('is freed when it is kept no longer and nobody reads in it', async () => {
  const bytes = large()
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const window = new PackWindow(500, 100_000, promise)
  const [first, second] = [1, 2].map((length) => copyOf(window, 500, length))
  window.drop()
  resolve(bytes)
  expect([await first, await second]).toEqual(['x', 'xx'])
  await expect.poll(() => bytes.length).toBe(0)
})

it('is freed at once where nobody reads, and stays while it is kept', async () => {
  const bytes = large()
  const window = new PackWindow(500, 100_000, Promise.resolve(bytes))
  expect(await copyOf(window, 100_499, 2)).toBe('x\0')
  expect(bytes.length).toBe(100_000)
  window.drop()
  await expect.poll(() => bytes.length).toBe(0)
})

it('knows how much of it was used, at most all', async () => {
  const window = new PackWindow(500, 10, Promise.resolve(Buffer.from('0123456789')))
  const copies = [copyOf(window, 500, 4), copyOf(window, 508, 4)]
  expect(window.used).toBe(6)
  expect(await Promise.all(copies)).toEqual(['0123', '89\0\0'])
  await copyOf(window, 500, 10)
  expect(window.used).toBe(10)
})

it('fails as the reading of it does', async () => {
  const window = new PackWindow(0, 10, Promise.reject(new Error('gone')))
  await expect(copyOf(window, 0, 1)).rejects.toThrow('gone')
  window.drop()
})
