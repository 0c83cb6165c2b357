import { describe, expect, it } from 'vitest'
import { alter, create, flipBit, onlyKey, rows, storeChunk, storeWith, writing } from '../../test/object-layer.ts'
import { seededRandomness } from '../../test/seeded-randomness.ts'
import { deriveFileKey } from '../encryption/repository-keys.ts'
import { offsetNonce, seal } from '../encryption/sealing.ts'
import { partAssociatedData } from '../format/associated-data.ts'
import { encodeFileHeader } from '../format/format-version.ts'
import { encodeIndexEntries, encodeIndexFooter, encodeIndexTrailer } from '../format/index-codec.ts'
import type { PackEntry } from '../format/pack-codec.ts'
import type { LocalCopies } from '../ports/local-copies.ts'
import { memory } from '../stores/memory-store.ts'
import type { ObjectId } from '../values/object-id.ts'
import { IndexBlockCache } from './index-block-cache.ts'
import { IndexFile } from './index-file.ts'
import { IndexWriter } from './index-writer.ts'
import type { OpenedObjectRepository } from './open-object-repository.ts'
import { PackWriter } from './pack-writer.ts'

const repositoryIn = async (store = memory()): Promise<OpenedObjectRepository> =>
  (await create(store)) as OpenedObjectRepository

/** An index file written from made-up packs, opened. */
async function indexOf(entries: readonly PackEntry[]): Promise<IndexFile> {
  const { context } = await repositoryIn()
  const files: { id: string; size: number }[] = []
  const writer = new IndexWriter(context, async (file) => {
    files.push(file)
  })
  await writer.add({ id: 'cd'.repeat(16), size: 1000, entries })
  await writer.flush()
  const [file] = files as [{ id: string; size: number }]
  return IndexFile.open(context, file.id, file.size, new IndexBlockCache(100_000))
}

describe('an index file', () => {
  it('with a footer larger than one look is opened, and finds', async () => {
    const ids = Array.from({ length: 270_000 }, (_, i) => (i * 16_000).toString(16).padStart(8, '0').padEnd(40, '0'))
    const index = await indexOf(
      ids.map((id, i) => ({ id: id as ObjectId, kind: 'chunk', version: 0, offset: i, length: 16 })),
    )
    expect(index.entries).toBe(270_000)
    for (const i of [0, 1, 127, 128, 129, 135_000, 269_999]) {
      expect(await index.find(Buffer.from(ids[i] as string, 'hex'))).toMatchObject([{ id: ids[i], offset: i }])
    }
    expect(await index.find(Buffer.alloc(20, 0xff))).toEqual([])
    expect(await index.find(Buffer.from(`${(ids[5] as string).slice(0, 39)}1`, 'hex'))).toEqual([])
  })

  it('makes a filter where many lookups find nothing, and then reads nothing for most', async () => {
    const random = seededRandomness('filtered')
    const ids = Array.from({ length: 70_000 }, () => random.bytes(20))
    const entries = ids.map((id, i): PackEntry => {
      return { id: id.toString('hex') as ObjectId, kind: 'chunk', version: 0, offset: i, length: 16 }
    })
    const index = await indexOf(entries)
    const isAsked = (): boolean => index.mayHold(random.bytes(20))
    for (let i = 0; i < 31; i++) await index.find(random.bytes(20))
    expect(isAsked()).toBe(true)
    await index.find(random.bytes(20))
    expect(Array.from({ length: 100 }, isAsked).filter(Boolean).length).toBeLessThan(5)
    for (const id of ids) expect(index.mayHold(id)).toBe(true)
    expect(await index.find(ids[69_999] as Buffer)).toMatchObject([{ offset: 69_999 }])
  })

  it('finds all copies of an id, across blocks', async () => {
    const entries = Array.from({ length: 400 }, (_, i): PackEntry => {
      const id = (i < 100 ? '11' : '22').repeat(20) as ObjectId
      return { id, kind: 'chunk', version: 0, offset: i * 16, length: 16 }
    })
    const index = await indexOf(entries)
    const offsets = (await index.find(Buffer.alloc(20, 0x22))).map(({ offset }) => offset)
    expect(offsets).toEqual(entries.slice(100).map(({ offset }) => offset))
    expect(await index.find(Buffer.alloc(20, 0x11))).toHaveLength(100)
  })

  /** Puts an index file made by hand and opens it. */
  async function handMade(parts: { block: Buffer; entries: number; trailer?: number }): Promise<IndexFile> {
    const store = memory()
    const { context } = await repositoryIn(store)
    const id = 'ee'.repeat(16)
    const key = deriveFileKey(context.keys.index, Buffer.from(id, 'hex'), 'index file')
    const sealed = (part: 'block' | 'footer', offset: number, plain: Buffer): Buffer => {
      const { ciphertext, tag } = seal(key, offsetNonce(offset), partAssociatedData(context.repositoryId, part), [
        plain,
      ])
      return Buffer.concat([ciphertext, tag])
    }
    const block = sealed('block', 8, parts.block)
    const footer = encodeIndexFooter({ packs: [], entries: parts.entries, blockPrefixes: Buffer.alloc(8) })
    const sealedFooter = sealed('footer', 8 + block.length, footer)
    const trailer = encodeIndexTrailer(parts.trailer ?? sealedFooter.length)
    const bytes = Buffer.concat([encodeFileHeader('DBSI'), block, sealedFooter, trailer])
    await store.put(`index/${id}`, [bytes])
    return IndexFile.open(context, id, bytes.length, new IndexBlockCache(1000))
  }

  it('whose trailer or footer does not fit its size is damaged', async () => {
    const block = Buffer.alloc(32)
    await expect(handMade({ block, entries: 2 })).rejects.toThrow('its blocks do not fit its size')
    await expect(handMade({ block, entries: 1, trailer: 1e6 })).rejects.toThrow('its footer does not fit its size')
  })

  it('that numbers a pack it does not name is damaged', async () => {
    const id = 'ab'.repeat(20) as ObjectId
    const block = encodeIndexEntries([{ id, pack: 3, offset: 8, length: 16, version: 0, kind: 'chunk' }])
    const index = await handMade({ block, entries: 1 })
    await expect(index.find(Buffer.from(id, 'hex'))).rejects.toThrow('an entry names no pack')
  })
})

describe('a pack', () => {
  it('whose trailer does not fit its size is damaged', async () => {
    const store = memory()
    const repository = await repositoryIn(store)
    await writing(repository, (writer) => storeChunk(writer, rows(5, 1)))
    await alter(store, await onlyKey(store, 'packs/'), (bytes) => {
      bytes.writeUInt32BE(1_000_000, bytes.length - 8)
      return bytes
    })
    expect((await repository.check()).damage[0]?.problem).toContain('its directory does not fit its size')
  })

  it('that is not what the index says of it yields no object', async () => {
    const store = memory()
    const repository = await repositoryIn(store)
    const id = await writing(repository, (writer) => storeChunk(writer, rows(5, 1)))
    const [copy] = await repository.index.find(id)
    if (copy === undefined) throw new Error('not found')
    await expect(repository.reader.readCopy({ ...copy, version: 1 })).rejects.toThrow('does not fit its index entry')
  })

  it('whose object decompresses to something else than its header says yields no object', async () => {
    const store = memory()
    const { context, index, reader } = await repositoryIn(store)
    const id = 'ab'.repeat(20) as ObjectId
    const writer = new PackWriter(context, {
      packBytes: 1000,
      signal: new AbortController().signal,
      onDurable: async (pack) => {
        const indexes = new IndexWriter(context, (file) => index.add(file.id, file.size))
        await indexes.add(pack)
        await indexes.flush()
      },
    })
    await writer.append({
      kind: 'chunk',
      id,
      header: { encoding: 'plain', plainBytes: 5 },
      payload: Buffer.from('six...'),
    })
    await writer.finish()
    await expect(reader.read('chunk', id)).rejects.toThrow('does not decompress')
  })
})

describe('an index file of more than 256 KiB', () => {
  const ID = 'cd'.repeat(16)
  const random = seededRandomness('large')
  const ids = Array.from({ length: 20_000 }, () => random.bytes(20))

  /** It in a store, and the ranges that are read of it. */
  async function largeFile() {
    const reads: number[] = []
    const kept = new Map<string, Buffer>()
    const faults = { store: false, kept: false }
    const inner = memory()
    const store = storeWith(inner, {
      get: (key, options) => {
        if (key.startsWith('index/')) reads.push(options?.range?.length ?? -1)
        return faults.store ? Promise.reject(new Error('unplugged')) : inner.get(key, options)
      },
    })
    const { context } = await repositoryIn(store)
    let size = 0
    let id = ''
    const writer = new IndexWriter(context, async (file) => {
      size = file.size
      id = file.id
    })
    const entries = ids.map((id, i): PackEntry => {
      return { id: id.toString('hex') as ObjectId, kind: 'chunk', version: 0, offset: i, length: 16 }
    })
    await writer.add({ id: ID, size: 1000, entries })
    await writer.flush()
    const localCopies: LocalCopies = {
      read: async (name, range) => {
        const bytes = kept.get(name)
        return bytes && Buffer.from(range ? bytes.subarray(range.offset, range.offset + range.length) : bytes)
      },
      keep: async (name, bytes) => void kept.set(name, Buffer.from(bytes)),
      drop: async (name) => void kept.delete(name),
    }
    const open = (cache: IndexBlockCache, copies?: LocalCopies): Promise<IndexFile> => {
      reads.length = 0
      return IndexFile.open({ ...context, localCopies: copies }, id, size, cache)
    }
    return { store: inner, key: `index/${id}`, open, reads, kept, faults, localCopies, size }
  }

  async function findSome(file: IndexFile, count = 20): Promise<void> {
    for (let i = 0; i < count; i++) expect(await file.find(ids[i * 900] as Buffer)).toMatchObject([{ offset: i * 900 }])
  }

  it('is fetched whole after a few lookups, and then answers all', async () => {
    const { open, reads, size } = await largeFile()
    const file = await open(new IndexBlockCache())
    await findSome(file)
    expect(reads.slice(0, 2)).toEqual([16 * 1024, 8])
    expect(reads.at(-1)).toBe(size)
    expect(reads.length).toBeLessThan(9)
  })

  it('is not where all files have no room, unless copies are kept on this machine: then it is fetched once for all processes', async () => {
    const { open, reads, localCopies, size } = await largeFile()
    const crowded = new IndexBlockCache(30_000)
    crowded.expect(20_000)
    await findSome(await open(crowded))
    expect(reads.length).toBeGreaterThan(15)
    expect(reads).not.toContain(size)
    await findSome(await open(crowded, localCopies))
    expect(reads).toContain(size)
    expect(reads.length).toBeLessThan(9)
    await findSome(await open(crowded, localCopies))
    expect(reads).toEqual([])
  })

  it('is fetched again where a copy on this machine is damaged in a block', async () => {
    const { open, reads, kept, localCopies } = await largeFile()
    await findSome(await open(new IndexBlockCache(), localCopies))
    for (const [name, bytes] of kept) kept.set(name, flipBit(bytes, 8 * 100_000))
    const file = await open(new IndexBlockCache(), localCopies)
    expect(reads).toEqual([])
    let copies = 0
    for await (const _ of file.copies()) copies++
    expect(copies).toBe(ids.length)
    expect(reads.length).toBeGreaterThan(0)
  })

  it('that could not be fetched whole is tried again', async () => {
    const { open, faults, reads } = await largeFile()
    const file = await open(new IndexBlockCache())
    faults.store = true
    for (let i = 0; i < 5; i++) await expect(file.find(ids[i] as Buffer)).rejects.toThrow('unplugged')
    faults.store = false
    await findSome(file)
    expect(reads.length).toBeLessThan(20)
  })

  it('of which a block is damaged answers from the others', async () => {
    const { open, store, key } = await largeFile()
    await alter(store, key, (bytes) => flipBit(bytes, 8 * 400_000))
    const file = await open(new IndexBlockCache())
    const found = await Promise.allSettled(ids.map((id) => file.find(id)))
    expect(found.filter(({ status }) => status === 'rejected').length).toBeLessThan(260)
    await expect(async () => {
      for await (const _ of file.copies());
    }).rejects.toMatchObject({ code: 'DAMAGED' })
  })
})
