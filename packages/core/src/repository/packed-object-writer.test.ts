import { describe, expect, it } from 'vitest'
import { changed, create, keysOf, onlyKey, reopen, rows, storeChunk, writing } from '../../test/object-layer.ts'
import { memory } from '../stores/memory-store.ts'
import { freeBuffer } from '../values/free-buffer.ts'
import type { ObjectId } from '../values/index.ts'

describe('a writer', () => {
  it('is registered from opening to closing', async () => {
    const store = memory()
    const repository = await create(store)
    const writer = await repository.openWriter()
    expect(await onlyKey(store, 'writers/')).toBe(`writers/${writer.id}`)
    expect(await repository.writers()).toMatchObject([{ id: writer.id, operation: 'take', expired: false }])
    await writer.close()
    await writer.close()
    expect(await keysOf(store, 'writers/')).toEqual([])
    await expect(storeChunk(writer, rows(1, 1))).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('that was declared dead publishes nothing', async () => {
    const store = memory()
    const writer = await (await create(store)).openWriter()
    await storeChunk(writer, rows(1, 1))
    await store.delete(await onlyKey(store, 'writers/'))
    await expect(writer.flush()).rejects.toMatchObject({ code: 'STORE_FAILED' })
    await writer.close()
  })

  it('leaves no registration where opening fails', async () => {
    const store = memory()
    const repository = await create(store)
    await store.put(`condemned/${'0'.repeat(32)}`, [Buffer.from('nonsense')])
    await expect(repository.openWriter()).rejects.toMatchObject({ code: 'DAMAGED' })
    expect(await keysOf(store, 'writers/')).toEqual([])
  })

  it('stops when interrupted', async () => {
    const controller = new AbortController()
    const writer = await (await create(memory())).openWriter({ signal: controller.signal })
    await storeChunk(writer, rows(1, 1))
    controller.abort()
    await expect(storeChunk(writer, rows(1, 2))).rejects.toMatchObject({ code: 'INTERRUPTED' })
    await expect(writer.flush()).rejects.toMatchObject({ code: 'INTERRUPTED' })
    await writer.close()
  })

  it('refuses objects beyond the limit', async () => {
    const writer = await (await create(memory())).openWriter()
    const large = Buffer.alloc(16 * 1024 * 1024 + 1)
    await expect(storeChunk(writer, large)).rejects.toMatchObject({ code: 'USAGE' })
    await writer.close()
  })

  it('gives back what it was given, once it is stored or known', async () => {
    const writer = await (await create(memory())).openWriter()
    const given = [1, 2, 3].map(() => Buffer.from(rows(1000, 1)))
    const id = writer.identify(given[0] as Buffer)
    for (const bytes of given.slice(0, 2)) await writer.store('chunk', id, bytes)
    await writer.flush()
    await writer.keep('chunk', id, given[2] as Buffer)
    expect(given.map(({ length }) => length)).toEqual([0, 0, 0])
    expect(await writer.read('chunk', id)).toEqual(rows(1000, 1))
    await writer.close()
  })

  it('publishes nothing of memory that its caller has freed too early', async () => {
    const writer = await (await create(memory())).openWriter()
    const bytes = Buffer.from(rows(1000, 1))
    const stored = writer.store('chunk', writer.identify(bytes), bytes)
    freeBuffer(bytes)
    await stored
    await expect(writer.flush()).rejects.toMatchObject({ code: 'USAGE' })
    await writer.close()
  })

  it.each(['packs/', 'index/'])(
    'that cannot put %s fails, at a later store or at flush, and stays failed',
    async (place) => {
      const store = memory()
      const repository = await create(store)
      const original = store.put.bind(store)
      store.put = (key, body, options) =>
        key.startsWith(place) ? Promise.reject(new Error('disk on fire')) : original(key, body, options)
      const writer = await repository.openWriter({ packBytes: 1000 })
      const storing = async (): Promise<void> => {
        for (let i = 0; i < 80; i++) await storeChunk(writer, rows(100, i))
        await writer.flush()
      }
      await expect(storing()).rejects.toThrow('disk on fire')
      await expect(writer.flush()).rejects.toThrow('disk on fire')
      await expect(storeChunk(writer, rows(1, 1))).rejects.toThrow('disk on fire')
      await writer.close()
      expect(await keysOf(store, place)).toEqual([])
    },
  )

  it('that is killed leaves objects that the next one finds', async () => {
    const store = memory()
    const dying = await (await create(store)).openWriter({ packBytes: 1 })
    for (let i = 0; i < 70; i++) await storeChunk(dying, rows(50, i))
    await expect.poll(() => keysOf(store, 'packs/')).toHaveLength(70)
    await writing(await reopen(store), async (writer) => {
      for (let i = 0; i < 70; i++) await storeChunk(writer, rows(50, i))
      await writer.flush()
      expect(writer.counts).toMatchObject({ known: 70, objects: 0 })
    })
  })
})

describe('samples', () => {
  it('read back the share that was asked for, a few objects at least', async () => {
    const writer = await (await create(memory())).openWriter()
    expect(await writer.sample(1)).toEqual({ objects: 0, ok: true, damaged: [] })
    let previous: ObjectId | undefined
    let plain = rows(100, 'sampled')
    for (let i = 0; i < 200; i++) {
      plain = changed(plain, i % 100, `value${String.fromCharCode(97 + (i % 26))}`)
      previous = await storeChunk(writer, plain, previous)
    }
    await writer.flush()
    for (const [fraction, objects] of [
      [0, 8],
      [0.01, 8],
      [0.25, 50],
      [1, 200],
    ] as const) {
      expect(await writer.sample(fraction)).toEqual({ objects, ok: true, damaged: [] })
    }
    await writer.close()
  })

  it('find what the store has lost, and the next writer stores it again', async () => {
    const store = memory()
    const repository = await create(store)
    const writer = await repository.openWriter()
    const ids = await Promise.all(Array.from({ length: 120 }, (_, i) => storeChunk(writer, rows(20, i))))
    await writer.flush()
    const pack = await onlyKey(store, 'packs/')
    const bytes = await store.get(pack)
    // Every object is hit, header and directory are not.
    for (let at = 20; at < bytes.length - 120 * 26 - 24; at += 100) bytes[at] = (bytes[at] as number) ^ 1
    await store.put(pack, [bytes])
    const result = await writer.sample(1)
    expect(result).toMatchObject({ objects: 120, ok: false })
    expect(result.damaged).toHaveLength(100)
    await writer.close()
    await writing(repository, async (again) => {
      for (let i = 0; i < 120; i++) await storeChunk(again, rows(20, i))
    })
    const { reader } = await reopen(store)
    for (const [i, id] of ids.entries()) expect((await reader.read('chunk', id)).equals(rows(20, i))).toBe(true)
  })

  it('pass on what is no damage', async () => {
    const store = memory()
    const writer = await (await create(store)).openWriter()
    await storeChunk(writer, rows(1, 1))
    await writer.flush()
    const get = store.get.bind(store)
    store.get = (key, options) =>
      key.startsWith('packs/') ? Promise.reject(new Error('unplugged')) : get(key, options)
    await expect(writer.sample(1)).rejects.toThrow('unplugged')
    await writer.close()
  })
})
