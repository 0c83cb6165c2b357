import type { SnapshotCollection } from '../format/snapshot-manifest.ts'
import type { CatchUp } from '../ports/database-source.ts'
import { createRecordReader } from '../records/create-record-reader.ts'
import { frameRecords } from '../records/frame-records.ts'
import type { RecordReader } from '../records/record-reader.ts'
import { sortRecords } from '../sorting/external-sorter.ts'
import type { SortItem } from '../sorting/sort-item.ts'
import type { OperationContext } from './operation-context.ts'
import { readRecordBytes } from './read-records.ts'

export interface CatchUpInput {
  readonly context: OperationContext
  readonly catchUp: CatchUp
  /** As they were read, one by one: stored, and listed in the index. */
  readonly collections: readonly SnapshotCollection[]
  /** Stores a collection anew, from its records in key order. */
  readonly retake: (collection: SnapshotCollection, bytes: AsyncIterable<Buffer>) => Promise<SnapshotCollection>
  readonly signal: AbortSignal
}

/**
 * Brings collections that were read one by one to one later moment: of what may have changed meanwhile the records of that
 * moment are put in place. The keys are sorted outside memory; a collection of which nothing changed stays as it is.
 */
export async function catchUpCollections(input: CatchUpInput): Promise<SnapshotCollection[]> {
  const { context, catchUp, collections, retake, signal } = input
  const sorted = sortRecords(prefixed(input), {
    randomness: context.randomness,
    folder: context.temporaryFolder,
    signal,
  })
  const changed = new ChangedKeys(sorted)
  try {
    const caughtUp: SnapshotCollection[] = []
    for (const [index, collection] of collections.entries()) {
      const isChanged = (await changed.peek())?.index === index
      const changes = new CollectionChanges(changed, index, collection, catchUp)
      caughtUp.push(isChanged ? await retake(collection, merged(context, collection, changes, signal)) : collection)
    }
    return caughtUp
  } finally {
    await sorted.return()
  }
}

/** Bytes of a collection's number before its keys, by which all are sorted at once. */
const PREFIX_BYTES = 4

async function* prefixed({ catchUp, collections }: CatchUpInput): AsyncGenerator<SortItem[], void, undefined> {
  const readers = new Map<string, { readonly index: number; readonly reader: RecordReader }>()
  for (const [index, { layout }] of collections.entries()) {
    readers.set(layout.name, { index, reader: createRecordReader(layout) })
  }
  for await (const batch of catchUp.keys()) {
    const items: SortItem[] = []
    for (const { collection, key: record } of batch) {
      const known = readers.get(collection)
      if (known === undefined) continue
      const length = known.reader.key(record, 0, record.length)
      const key = Buffer.allocUnsafe(PREFIX_BYTES + length)
      key.writeUInt32BE(known.index)
      known.reader.keyBytes.copy(key, PREFIX_BYTES, 0, length)
      items.push({ key, record })
    }
    yield items
  }
}

/** A key that may have changed. */
interface ChangedKey {
  readonly index: number
  readonly key: Buffer
  readonly record: Buffer
}

/** All changed keys, in the order of their collections, each once. */
class ChangedKeys {
  readonly #batches: AsyncIterator<SortItem[]>
  #items: readonly SortItem[] = []
  #at = 0
  #next: ChangedKey | undefined

  constructor(batches: AsyncIterator<SortItem[]>) {
    this.#batches = batches
  }

  async peek(): Promise<ChangedKey | undefined> {
    if (this.#next !== undefined) return this.#next
    while (this.#at === this.#items.length) {
      const { value, done } = await this.#batches.next()
      if (done === true) return undefined
      this.#items = value
      this.#at = 0
    }
    const { key, record } = this.#items[this.#at++] as SortItem
    this.#next = {
      index: key.readUInt32BE(0),
      key: Buffer.from(key.subarray(PREFIX_BYTES)),
      record: Buffer.from(record),
    }
    return this.#next
  }

  /** Moves past the key that was looked at, and all that are equal. */
  async skip({ index, key }: ChangedKey): Promise<void> {
    let next: ChangedKey | undefined
    do {
      this.#next = undefined
      next = await this.peek()
    } while (next?.index === index && next.key.equals(key))
  }
}

/** Keys whose records are asked for at once. */
const KEYS_AT_ONCE = 1000

/** What became of one changed key: its record at the moment, or none. */
interface Change {
  readonly key: Buffer
  readonly record: Buffer | undefined
}

/** The changes of one collection in key order. One record is held at a time. */
class CollectionChanges {
  readonly #changed: ChangedKeys
  readonly #index: number
  readonly #name: string
  readonly #reader: RecordReader
  readonly #catchUp: CatchUp
  #keys: readonly Buffer[] = []
  #at = 0
  #records: AsyncIterator<Buffer> | undefined
  /** The next record that is there, and its key. */
  #head: { readonly key: Buffer; readonly record: Buffer } | undefined

  constructor(changed: ChangedKeys, index: number, { layout }: SnapshotCollection, catchUp: CatchUp) {
    this.#changed = changed
    this.#index = index
    this.#name = layout.name
    this.#reader = createRecordReader(layout)
    this.#catchUp = catchUp
  }

  async peek(): Promise<Change | undefined> {
    if (this.#at === this.#keys.length) await this.#load()
    const key = this.#keys[this.#at]
    if (key === undefined) return undefined
    return { key, record: this.#head?.key.equals(key) === true ? this.#head.record : undefined }
  }

  /** Moves past the change that was looked at. */
  async skip({ record }: Change): Promise<void> {
    this.#at++
    if (record !== undefined) await this.#advance()
  }

  async #load(): Promise<void> {
    const keys: ChangedKey[] = []
    for (let next = await this.#changed.peek(); next?.index === this.#index; next = await this.#changed.peek()) {
      if (keys.length === KEYS_AT_ONCE) break
      keys.push(next)
      await this.#changed.skip(next)
    }
    this.#keys = keys.map(({ key }) => key)
    this.#at = 0
    if (keys.length === 0) return
    const asked = keys.map(({ record }) => record)
    this.#records = this.#catchUp.records(this.#name, asked)[Symbol.asyncIterator]()
    await this.#advance()
  }

  async #advance(): Promise<void> {
    const next = await (this.#records as AsyncIterator<Buffer>).next()
    this.#head = undefined
    if (next.done === true) return
    const record = Buffer.from(next.value)
    const length = this.#reader.key(record, 0, record.length)
    this.#head = { key: Buffer.from(this.#reader.keyBytes.subarray(0, length)), record }
  }
}

/** The records of a stored collection with its changes put in place, in key order. */
async function* merged(
  context: OperationContext,
  collection: SnapshotCollection,
  changes: CollectionChanges,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const reader = createRecordReader(collection.layout)
  const keys = createRecordReader(collection.layout)
  const stored = readRecordBytes(context, collection, signal)
  for await (const records of frameRecords(stored, reader, collection.layout.name)) {
    const out: Buffer[] = []
    for (const record of records) {
      const length = keys.key(record, 0, record.length)
      const key = keys.keyBytes.subarray(0, length)
      let isReplaced = false
      for (let change = await changes.peek(); change !== undefined && change.key.compare(key) <= 0; ) {
        if (change.record !== undefined) out.push(change.record)
        isReplaced = change.key.equals(key)
        await changes.skip(change)
        change = await changes.peek()
      }
      if (!isReplaced) out.push(record)
    }
    if (out.length > 0) yield Buffer.concat(out)
  }
  for (let change = await changes.peek(); change !== undefined; change = await changes.peek()) {
    if (change.record !== undefined) yield change.record
    await changes.skip(change)
  }
}
