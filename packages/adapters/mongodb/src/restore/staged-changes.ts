import { IncompatibleTargetError, TargetMovedError } from '@dbsnap/core/errors'
import type { RecordOperation } from '@dbsnap/core/ports'
import { type CursorReply, readCursorReply } from '../connection/cursor-reply.ts'
import type { MongoConnection } from '../connection/mongo-connection.ts'
import { hasNameableId, idOf } from '../connection/read-cursor.ts'
import type { Document, DriverSession } from '../mongodb-client.ts'
import { readDocuments } from '../read-point/read-documents.ts'
import { type DocumentBatch, documentBatches, documentsOf } from './document-batches.ts'
import { countOf, insertDocuments } from './insert-documents.ts'

/** The differences of one collection, kept in two collections of the server until they are carried out. */
export interface StagedChanges {
  /** The collection that is changed. */
  readonly name: string
  /** Temporary collections: documents that go, and documents that come. */
  readonly removes: string
  readonly inserts: string
}

/** Every `_id` is compared by its bytes, whatever the collection's own collation. */
const SIMPLE = { locale: 'simple' } as const

/** Puts differences aside. An `_id` that comes twice is a `KeyExistsError`. */
export async function stageChanges(
  connection: MongoConnection,
  staged: StagedChanges,
  operations: AsyncIterable<RecordOperation>,
): Promise<void> {
  const [removes, inserts] = [new Gathering(), new Gathering()]
  const write = async (gathering: Gathering, stored: string): Promise<void> => {
    const batch = gathering.take()
    if (!documentsOf(batch.bytes).every((document) => hasNameableId(connection, document)))
      throw unnameable(staged.name)
    if (batch.count > 0) await insertDocuments(connection, { collection: staged.name, stored }, batch)
  }
  for await (const { operation, record } of operations) {
    const gathering = operation === 'remove' ? removes : inserts
    gathering.add(record)
    if (gathering.isFull) await write(gathering, operation === 'remove' ? staged.removes : staged.inserts)
  }
  await write(removes, staged.removes)
  await write(inserts, staged.inserts)
}

/** Bytes of gathered records, and their number, from which on they are sent. */
const GATHERED_BYTES = 1024 * 1024
const GATHERED_DOCUMENTS = 50_000

class Gathering {
  #records: Buffer[] = []
  #bytes = 0

  /** The record is copied: it is valid only until the next is asked for. */
  add(record: Buffer): void {
    this.#records.push(Buffer.from(record))
    this.#bytes += record.length
  }

  get isFull(): boolean {
    return this.#bytes >= GATHERED_BYTES || this.#records.length >= GATHERED_DOCUMENTS
  }

  take(): DocumentBatch {
    const batch = { bytes: Buffer.concat(this.#records), count: this.#records.length }
    this.#records = []
    this.#bytes = 0
    return batch
  }
}

/**
 * Carries changes out: what is to go must still be the very documents that were compared, else `TargetMovedError`; then what is to
 * come. Within a transaction where `session` holds one.
 */
export async function applyChanges(
  connection: MongoConnection,
  staged: StagedChanges,
  session: DriverSession | undefined,
): Promise<void> {
  const { name } = staged
  for await (const bytes of stagedDocuments(connection, name, staged.removes)) {
    const ids = idsOf(connection, bytes)
    const { documents } = await find(connection, name, ids, session)
    if (!documents.equals(bytes) || (await remove(connection, name, ids, session)) !== ids.length) throw moved(name)
  }
  for await (const batch of documentBatches(stagedDocuments(connection, name, staged.inserts), name)) {
    const into = { collection: name, stored: name, bypassValidation: true }
    await insertDocuments(connection, session === undefined ? into : { ...into, session }, batch)
  }
}

/** Takes changes back that were carried out in part: of what came only documents that are still the same. */
export async function revertChanges(connection: MongoConnection, staged: StagedChanges): Promise<void> {
  const { name } = staged
  for await (const bytes of stagedDocuments(connection, name, staged.inserts)) {
    const wanted = new Set(documentsOf(bytes).map((document) => document.toString('latin1')))
    const { documents } = await find(connection, name, idsOf(connection, bytes), undefined)
    const ours = documentsOf(documents).filter((document) => wanted.has(document.toString('latin1')))
    if (ours.length > 0) await remove(connection, name, idsOf(connection, Buffer.concat(ours)), undefined)
  }
  for await (const batch of documentBatches(stagedDocuments(connection, name, staged.removes), name)) {
    const into = { collection: name, stored: name, bypassValidation: true, skipPresent: true }
    await insertDocuments(connection, into, batch)
  }
}

/** Whether any document that is to come has an `_id` that is there and stays. */
export async function meetsPresent(connection: MongoConnection, staged: StagedChanges): Promise<boolean> {
  for await (const bytes of stagedDocuments(connection, staged.name, staged.inserts)) {
    const ids = idsOf(connection, bytes)
    const { documents } = await find(connection, staged.name, ids, undefined)
    const there = idsOf(connection, documents)
    if (there.length === 0) continue
    const going = documentsOf((await find(connection, staged.removes, there, undefined)).documents)
    if (going.length < there.length) return true
  }
  return false
}

function stagedDocuments(connection: MongoConnection, name: string, stored: string): AsyncGenerator<Buffer> {
  return readDocuments({
    connection,
    collection: name,
    stored,
    averageBytes: 1024,
    collated: false,
    readConcern: undefined,
    signal: undefined,
  })
}

function idsOf(connection: MongoConnection, bytes: Buffer): unknown[] {
  return documentsOf(bytes).map((document) => idOf(connection, document))
}

/** Documents of these keys in the order in which staged ones are read: all in one reply, for they were in one. */
async function find(
  connection: MongoConnection,
  name: string,
  ids: readonly unknown[],
  session: DriverSession | undefined,
): Promise<CursorReply> {
  const command: Document = {
    find: name,
    filter: { _id: { $in: ids } },
    sort: { _id: 1 },
    limit: ids.length,
    singleBatch: true,
    batchSize: ids.length,
    allowDiskUse: session === undefined,
    collation: SIMPLE,
  }
  const options = { doing: `look into ${name}`, raw: true, ...(session === undefined ? {} : { session }) }
  const { cursor } = await connection.run(command, options)
  return readCursorReply(cursor as Buffer)
}

async function remove(
  connection: MongoConnection,
  name: string,
  ids: readonly unknown[],
  session: DriverSession | undefined,
): Promise<number> {
  const doing = `remove from ${name}`
  const deletes = [{ q: { _id: { $in: ids } }, limit: 0, collation: SIMPLE }]
  const options = session === undefined ? { doing } : { doing, session }
  return countOf(connection, await connection.run({ delete: name, deletes }, options), doing, false)
}

function unnameable(collection: string): IncompatibleTargetError {
  return new IncompatibleTargetError(`a document of ${collection} has an _id that no command can name`, {
    hint: 'It holds a text that is no UTF-8, or a name twice. Nothing was changed. Drop the collection and restore it anew.',
    data: { collection },
  })
}

function moved(collection: string): TargetMovedError {
  return new TargetMovedError(`documents of ${collection} changed while the restore was prepared`, {
    hint: 'Nothing was written. Make a new plan and look at it.',
    data: { collection },
  })
}
