import { splitSeeds } from '../src/operations/split-seeds.ts'
import type { ObjectWriter } from '../src/ports/object-access.ts'
import type { ObjectStore } from '../src/ports/object-store.ts'
import type { ChunkEntry } from '../src/record-tree/chunk-entry.ts'
import { TreeBuilder } from '../src/record-tree/tree-builder.ts'
import { createRecordReader } from '../src/records/create-record-reader.ts'
import type { RecordReader } from '../src/records/record-reader.ts'
import { type CreateObjectRepositoryOptions, createObjectRepository } from '../src/repository/index.ts'
import { IndexWriter } from '../src/repository/index-writer.ts'
import type { OpenedObjectRepository } from '../src/repository/open-object-repository.ts'
import { PackBuilder } from '../src/repository/pack-builder.ts'
import { packFile } from '../src/repository/repository-files.ts'
import { freeBacking } from '../src/values/free-buffer.ts'
import type { CollectionLayout, ObjectId, ObjectKind, SnapshotId } from '../src/values/index.ts'
import { manifest } from './object-layer.ts'

/** Nodes remembered, to store equal ones once. */
const RECENT_NODES = 1000

/** The one collection. */
export const MANY_COLLECTION = 'many.records'

/** Objects of a pack: 300 KB each. A put of a pack takes as long as 500 objects. */
const OBJECTS_PER_PACK = 4096

const LAYOUT: CollectionLayout = {
  name: MANY_COLLECTION,
  format: 'copy-text',
  encoding: 'UTF8',
  columns: ['id', 'value'].map((name) => ({ name, type: 'text', shape: 'string', equality: 'bytes' })),
  key: [{ column: 0, order: 'integer' }],
}

export interface ManyObjectsOptions extends CreateObjectRepositoryOptions {
  /** Objects of the repository, about: chunks of one record each, and the nodes above them. */
  readonly objects: number
  /** Records that are different in the second snapshot. */
  readonly changes: number
  readonly onProgress?: (objects: number) => void
}

/**
 * Makes a repository of very many small objects as takes would make it, in packs and index files that are true, but without asking
 * for each object whether it is there: two snapshots of one collection, each record a chunk of its own (`splitBits` 0).
 */
export async function makeManyObjects(store: ObjectStore, options: ManyObjectsOptions): Promise<void> {
  const repository = (await createObjectRepository(store, options)) as OpenedObjectRepository
  const writer = new PlainWriter(repository)
  const records = Math.floor((options.objects * 64) / 65)
  const step = Math.ceil(records / options.changes)
  const { tree: seed } = splitSeeds(repository.splitSeed)
  const trees = [new TreeBuilder(writer, { seed }), new TreeBuilder(writer, { seed })] as const
  const sizes: [number, number] = [0, 0]
  const add = async (version: 0 | 1, entry: ChunkEntry): Promise<void> => {
    sizes[version] += entry.bytes
    await trees[version].add(entry)
  }
  const reader = createRecordReader(LAYOUT)
  reader.begin()
  for (let id = 1; id <= records; id++) {
    const entry = await writer.chunk(reader, `${id}\tvalue ${id}\n`)
    await add(0, entry)
    await add(1, id % step === 0 ? await writer.chunk(reader, `${id}\tchanged ${id}\n`) : entry)
    if (id % 1_000_000 === 0) options.onProgress?.(id)
  }
  const schema = Buffer.from(JSON.stringify({ version: 1, engine: 'memory', objects: [] }))
  const document = writer.identify(schema)
  await writer.store('document', document, schema)
  const roots = [await trees[0].finish(), await trees[1].finish()]
  await writer.flush()
  for (const [version, root] of roots.entries()) {
    if (root === null) throw new Error('no records')
    const { id, height, bytes } = root
    await repository.snapshots.put({
      ...manifest(String(version + 1).padStart(32, '0') as SnapshotId, `2026-01-0${version + 1}T00:00:00.000Z`, 'many'),
      records,
      bytes,
      schema: [document],
      collections: [{ layout: LAYOUT, records, bytes, root: { id, height }, splitBits: 0, consistency: 'snapshot' }],
    })
  }
  await repository.close()
}

/** Packs what it is given, and asks nobody. */
class PlainWriter implements ObjectWriter {
  readonly #repository: OpenedObjectRepository
  readonly #index: IndexWriter
  readonly #recent = new Set<ObjectId>()
  #pack: PackBuilder

  constructor(repository: OpenedObjectRepository) {
    this.#repository = repository
    this.#index = new IndexWriter(repository.context, async () => {})
    this.#pack = new PackBuilder(repository.context)
  }

  identify(plaintext: Uint8Array): ObjectId {
    return this.#repository.identify(plaintext)
  }

  /** Stores one record as a chunk. */
  async chunk(reader: RecordReader, text: string): Promise<ChunkEntry> {
    const bytes = Buffer.from(text)
    const id = this.identify(bytes)
    await this.store('chunk', id, bytes)
    const key = Buffer.from(reader.keyBytes.subarray(0, reader.key(bytes, 0, bytes.length)))
    return { id, firstKey: key, lastKey: key, records: 1, bytes: bytes.length, segmented: false }
  }

  /** Of both trees: equal nodes come shortly after each other. */
  async store(kind: ObjectKind, id: ObjectId, bytes: Buffer): Promise<void> {
    if (kind === 'node' && this.#recent.has(id)) return
    if (kind === 'node') this.#recent.add(id)
    if (this.#recent.size > RECENT_NODES) this.#recent.delete(this.#recent.values().next().value as ObjectId)
    this.#pack.append({ kind, id, header: { encoding: 'plain', plainBytes: bytes.length }, payload: bytes })
    if (this.#pack.entries.length >= OBJECTS_PER_PACK) await this.#put()
  }

  keep(kind: ObjectKind, id: ObjectId, bytes: Buffer): Promise<void> {
    return this.store(kind, id, bytes)
  }

  read(): Promise<Buffer> {
    return Promise.reject(new Error('nothing is read while it is made'))
  }

  async settled(): Promise<void> {}

  async flush(): Promise<void> {
    if (this.#pack.entries.length > 0) await this.#put()
    await this.#index.flush()
  }

  async #put(): Promise<void> {
    const { id, entries } = this.#pack
    const body = this.#pack.finish()
    await this.#repository.store.put(packFile(id), body)
    await this.#index.add({ id, size: this.#pack.size, entries })
    for (const part of body) freeBacking(part)
    this.#pack = new PackBuilder(this.#repository.context)
  }
}
