import { throwIfInterrupted } from '../errors/throw-if-interrupted.ts'
import { UnknownCollectionError } from '../errors/unknown-collection-error.ts'
import type { SnapshotCollection, SnapshotManifest } from '../format/snapshot-manifest.ts'
import { readChunk } from '../record-tree/read-chunk.ts'
import { TreeCursor } from '../record-tree/tree-cursor.ts'
import { createRecordReader } from '../records/create-record-reader.ts'
import type { JsonObject } from '../values/json.ts'
import type { OperationContext } from './operation-context.ts'
import { createRecordPresenter } from './record-presenter.ts'
import { rootOf } from './tree-root-of.ts'

/** Which records are read. */
export interface ReadRecordsOptions {
  /** Records to pass over. Whole chunks and subtrees are passed over unread. Default 0. */
  readonly from?: number
  /** Records to yield, at most. Default: all. */
  readonly limit?: number
  /** Ends the reading between two chunks. */
  readonly signal?: AbortSignal
}

/** Chunks read ahead of the one in use. */
const READ_AHEAD = 3

/** Collections by name, of every manifest that was asked and is still held: all of 10 000 are looked up one by one. */
const collectionsByName = new WeakMap<SnapshotManifest, ReadonlyMap<string, SnapshotCollection>>()

/** A collection of a snapshot by its whole name. */
export function collectionOf(manifest: SnapshotManifest, name: string): SnapshotCollection {
  let byName = collectionsByName.get(manifest)
  if (byName === undefined) {
    byName = new Map(manifest.collections.map((collection) => [collection.layout.name, collection]))
    collectionsByName.set(manifest, byName)
  }
  const found = byName.get(name)
  if (found !== undefined) return found
  throw new UnknownCollectionError(`the snapshot has no collection ${name}`, {
    hint: 'Names are whole here: `schema.table`.',
    data: { name },
  })
}

/** The bytes of a collection's records in key order, a chunk at a time, read ahead. Fails before a wrong byte is yielded. */
export async function* readRecordBytes(
  { objects }: OperationContext,
  collection: SnapshotCollection,
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const entries = new TreeCursor(objects.reader, rootOf(collection)).chunks()
  const ahead: Promise<Buffer>[] = []
  const fill = async (): Promise<void> => {
    while (ahead.length <= READ_AHEAD) {
      const { value: entry, done } = await entries.next()
      if (done === true) return
      const chunk = readChunk(objects.reader, entry)
      // Reported when it is its turn; until then it must not count as unhandled.
      chunk.catch(() => {})
      ahead.push(chunk)
      // A record above 1 MiB is not held several times.
      if (entry.segmented) return
    }
  }
  for (await fill(); ahead.length > 0; await fill()) {
    throwIfInterrupted(signal, 'reading records')
    yield await (ahead.shift() as Promise<Buffer>)
  }
}

/** Records of a snapshot as people see them, by column name, in key order. Needs no database. */
export async function* readRecords(
  context: OperationContext,
  collection: SnapshotCollection,
  options: ReadRecordsOptions,
): AsyncGenerator<JsonObject, void, undefined> {
  const { reader: objects } = context.objects
  const presenter = createRecordPresenter(collection.layout)
  const reader = createRecordReader(collection.layout)
  let skip = options.from ?? 0
  let left = options.limit ?? Number.POSITIVE_INFINITY
  const cursor = new TreeCursor(objects, rootOf(collection))
  await cursor.open()
  for (let entry = cursor.entry; entry !== undefined && left > 0; entry = cursor.entry) {
    throwIfInterrupted(options.signal, 'reading records')
    if (entry.records <= skip) {
      skip -= entry.records
      cursor.skip()
      continue
    }
    if (cursor.level >= 0) {
      await cursor.descend()
      continue
    }
    const bytes = await readChunk(objects, entry)
    for (let start = 0; start < bytes.length && left > 0; ) {
      const end = reader.end(bytes, start, bytes.length)
      if (skip > 0) skip--
      else {
        left--
        yield presenter.record(bytes.subarray(start, end))
      }
      start = end
    }
    cursor.skip()
  }
}
