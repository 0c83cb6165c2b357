import { describe, expect, it } from 'vitest'
import { Repository } from '../src/repository.ts'
import { memory } from '../src/stores/memory-store.ts'
import { createRepository } from './support/memory-repository.ts'
import { orders, shop } from './support/shop.ts'

describe('a take may say how it stores', () => {
  it('compresses as it was told, and notes that', async () => {
    const database = shop(orders(500, 300))
    const [whole, small] = [await createRepository(), await createRepository()]
    const plain = await whole.take(database, { compression: { algorithm: 'none', level: 0 } })
    const packed = await small.take(database, { compression: { algorithm: 'gzip', level: 9 } })
    expect(plain.compression).toMatchObject({ algorithm: 'none', level: 0 })
    expect(packed.compression).toMatchObject({ algorithm: 'gzip', level: 9 })
    expect(packed.storedBytes).toBeLessThan(plain.storedBytes)
    expect((await whole.check({ readFraction: 1 })).sound).toBe(true)
    expect((await small.check({ readFraction: 1 })).sound).toBe(true)
  })

  it('aims at the size of chunks that it was told, and later takes keep it', async () => {
    const database = shop(orders(2000, 300))
    const [few, many] = [await createRepository(), await createRepository()]
    const bitsOf = async (repository: Repository, chunkBytes?: number) => {
      const { collections } = await repository.take(database, chunkBytes === undefined ? {} : { chunkBytes })
      return collections.find(({ layout }) => layout.name === 'public.orders')?.splitBits ?? Number.NaN
    }
    const large = await bitsOf(few, 256 * 1024)
    const small = await bitsOf(many, 16 * 1024)
    expect(large - small).toBe(4)
    expect(await bitsOf(many)).toBe(small)
    expect(await bitsOf(many, 256 * 1024)).toBe(small)
  })

  it.each([
    { chunkBytes: 1000 },
    { chunkBytes: Number.NaN },
    { compression: { algorithm: 'zstd', level: 30 } },
    { compression: { algorithm: 'gzip', level: 1.5 } },
  ] as const)('refuses %o', async (options) => {
    const repository = await createRepository()
    await expect(repository.take(shop(), options)).rejects.toMatchObject({ code: 'USAGE' })
    expect(await repository.list()).toEqual([])
  })

  it.each([
    { algorithm: 'zstd', level: 0 },
    { algorithm: 'toString' as 'zstd', level: 1 },
  ] as const)('a repository is not made with %o', async (compression) => {
    const created = Repository.create(memory(), { unencrypted: true, compression })
    await expect(created).rejects.toMatchObject({ code: 'USAGE' })
  })
})
