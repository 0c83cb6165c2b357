import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { create, keysOf, onlyKey, reopen, rows, storeChunk, writing } from '../../test/object-layer.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { memory } from '../stores/memory-store.ts'
import type { ObjectId, ObjectKind } from '../values/index.ts'
import { readDocument, writeDocument } from './index.ts'

async function bytesIn(store: ObjectStore): Promise<number> {
  let sum = 0
  for await (const { size } of store.list('')) sum += size
  return sum
}

describe('storing and reading', () => {
  it('gives back any objects, from the writer and from another process, at any pack size', async () => {
    const kinds = fc.constantFrom<ObjectKind>('chunk', 'node', 'document', 'segments', 'diffPage')
    const objects = fc.array(fc.record({ kind: kinds, seed: fc.nat(30), count: fc.nat(60) }), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(objects, fc.constantFrom(1, 2000, 2 ** 24), async (list, packBytes) => {
        const store = memory()
        const repository = await create(store)
        const writer = await repository.openWriter({ packBytes })
        const stored: { kind: ObjectKind; id: ObjectId; plain: Buffer }[] = []
        let previous: ObjectId | undefined
        for (const { kind, seed, count } of list) {
          const plain = rows(count, `${kind} ${seed}`)
          const id = writer.identify(plain)
          await writer.store(kind, id, plain, previous)
          if (!stored.some((other) => other.id === id && other.kind !== kind)) stored.push({ kind, id, plain })
          previous = id
        }
        for (const { kind, id, plain } of stored) expect((await writer.read(kind, id)).equals(plain)).toBe(true)
        await writer.flush()
        await writer.close()
        const { reader } = await reopen(store)
        for (const { kind, id, plain } of stored) expect((await reader.read(kind, id)).equals(plain)).toBe(true)
      }),
      { numRuns: 25 },
    )
  })

  it('stores equal content once, however it comes', async () => {
    const store = memory()
    const repository = await create(store)
    const plain = rows(100, 1)
    const counts = await writing(repository, async (writer) => {
      const id = await storeChunk(writer, plain)
      await storeChunk(writer, plain)
      expect(await writer.has(id)).toBe(true)
      await writer.flush()
      await storeChunk(writer, plain)
      return writer.counts
    })
    expect(counts).toMatchObject({ objects: 1, plainBytes: plain.length })
    const before = await bytesIn(store)
    await writing(await reopen(store), async (writer) => {
      await storeChunk(writer, plain)
      await writer.flush()
      expect(writer.counts).toEqual({ objects: 0, deltas: 0, known: 1, plainBytes: 0, sealedBytes: 0, storedBytes: 0 })
      expect(await writer.has(writer.identify(Buffer.from('new')))).toBe(false)
    })
    expect(await bytesIn(store)).toBe(before)
  })

  it('counts what the folder grew by', async () => {
    const store = memory()
    const repository = await create(store)
    const before = await bytesIn(store)
    const counts = await writing(repository, async (writer) => {
      for (let i = 0; i < 50; i++) await storeChunk(writer, rows(200, i))
      await writer.flush()
      return writer.counts
    })
    expect(counts.storedBytes).toBe((await bytesIn(store)) - before)
    expect(counts.sealedBytes).toBeLessThan(counts.storedBytes)
  })

  it('packs in the order of taking, so that equal input makes equal bytes', async () => {
    const contents = await Promise.all(
      [1, 2].map(async () => {
        const store = memory()
        await writing(await create(store), async (writer) => {
          // Sizes that finish in another order than they begin.
          const plains = Array.from({ length: 40 }, (_, i) => rows(i % 3 === 0 ? 3000 : 20, i))
          await Promise.all(plains.map((plain) => storeChunk(writer, plain)))
        })
        return store.get(await onlyKey(store, 'packs/'))
      }),
    )
    expect(contents[0]?.equals(contents[1] as Buffer)).toBe(true)
  })

  it('gives back what is packed and in no index file yet', async () => {
    const writer = await (await create(memory())).openWriter()
    const plain = rows(20, 1)
    const id = await storeChunk(writer, plain)
    const early = await writer.read('chunk', id)
    expect(early.equals(plain)).toBe(true)
    expect(early).not.toBe(plain)
    await expect.poll(() => writer.counts.objects).toBe(1)
    expect((await writer.read('chunk', id)).equals(plain)).toBe(true)
    await writer.close()
  })

  it('knows an object by kind as well: one of another kind is not it', async () => {
    const store = memory()
    const repository = await create(store)
    await writing(repository, async (writer) => {
      const id = await storeChunk(writer, rows(5, 1))
      await expect(writer.read('node', id)).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
      await writer.flush()
      await expect(writer.read('node', id)).rejects.toMatchObject({ code: 'OBJECT_MISSING' })
    })
  })

  it('finds what another process has stored since', async () => {
    const store = memory()
    const { reader } = await create(store)
    const other = await reopen(store)
    const plain = rows(10, 1)
    const id = await writing(other, (writer) => storeChunk(writer, plain))
    const [once, twice] = await Promise.all([reader.read('chunk', id), reader.read('chunk', id)])
    expect(once.equals(plain)).toBe(true)
    expect(twice.equals(plain)).toBe(true)
    // Each reader has its own, to do with as it likes.
    expect(once.buffer === twice.buffer && once.byteOffset === twice.byteOffset).toBe(false)
  })

  it('reads objects larger than its windows, and across them', async () => {
    const store = memory()
    const repository = await create(store, { algorithm: 'none', level: 0 })
    const plains = [rows(60_000, 1), rows(9000, 2), rows(9000, 3), rows(9000, 4), rows(9000, 5)]
    const ids: ObjectId[] = []
    await writing(repository, async (writer) => {
      for (const plain of plains) ids.push(await storeChunk(writer, plain))
    })
    const { reader } = await reopen(store)
    for (const [i, id] of ids.entries()) {
      expect((await reader.read('chunk', id)).equals(plains[i] as Buffer)).toBe(true)
    }
  })

  it('waits when too much is in flight, and takes more when there is room', async () => {
    const repository = await create(memory())
    const writer = await repository.openWriter({ bytesInFlight: 100_000, packBytes: 50_000 })
    await Promise.all(Array.from({ length: 100 }, (_, i) => storeChunk(writer, rows(500, i))))
    await writer.flush()
    expect(writer.counts.objects).toBe(100)
    await writer.close()
  })

  it('writes an index file whenever there is enough for one', async () => {
    const store = memory()
    const writer = await (await create(store)).openWriter({ packBytes: 1 })
    const ids: ObjectId[] = []
    for (let i = 0; i < 130; i++) ids.push(await storeChunk(writer, rows(1, i)))
    await writer.flush()
    expect(await keysOf(store, 'index/')).toHaveLength(3)
    await writer.close()
    const { reader } = await reopen(store)
    for (const [i, id] of ids.entries()) expect(await reader.read('chunk', id)).toEqual(rows(1, i))
  })

  it('finds each of thousands of objects in its block', async () => {
    const store = memory()
    const ids: ObjectId[] = []
    await writing(await create(store, { algorithm: 'none', level: 0 }), async (writer) => {
      for (let i = 0; i < 3000; i++) ids.push(await storeChunk(writer, Buffer.from(`object ${i}`)))
    })
    const { reader } = await reopen(store)
    for (const [i, id] of ids.entries()) expect((await reader.read('chunk', id)).toString()).toBe(`object ${i}`)
    expect(await (await reopen(store)).check({ readFraction: 0.01 })).toMatchObject({ objectsRead: 30, damage: [] })
  })
})

describe('documents', () => {
  it('of any size survive, and cost little when they change little', async () => {
    const store = memory()
    const repository = await create(store)
    const document = { objects: Array.from({ length: 30_000 }, (_, i) => ({ name: `table ${i}`, n: i * 7919 })) }
    const ids = await writing(repository, (writer) => writeDocument(writer, document))
    expect(ids.length).toBe(2)
    expect(await readDocument(repository.reader, ids)).toEqual(document)
    const newer = { objects: [...document.objects.slice(1), { name: 'added', n: 1 }] }
    const counts = await writing(await reopen(store), async (writer) => {
      const newIds = await writeDocument(writer, newer, ids)
      await writer.flush()
      expect(await readDocument(writer, newIds)).toEqual(newer)
      return writer.counts
    })
    expect(counts.sealedBytes).toBeLessThan(5000)
  })

  it('that are no JSON are damage', async () => {
    const repository = await create(memory())
    const id = await writing(repository, async (writer) => {
      const bytes = Buffer.from('{')
      await writer.store('document', writer.identify(bytes), bytes)
      return writer.identify(bytes)
    })
    await expect(readDocument(repository.reader, [id])).rejects.toMatchObject({ code: 'DAMAGED' })
    await expect(readDocument(repository.reader, [])).rejects.toMatchObject({ code: 'DAMAGED' })
  })
})
