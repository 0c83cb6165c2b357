import { TargetFailedError } from '@dbsnap/core/errors'
import type { MongoConnection } from '../connection/mongo-connection.ts'
import type { Document, DriverSession } from '../mongodb-client.ts'
import type { DocumentBatch } from './document-batches.ts'
import { zeroTimestamps } from './zero-timestamps.ts'

/** Where documents go. */
export interface InsertInto {
  /** Its name for messages. */
  readonly collection: string
  /** The collection that takes them. */
  readonly stored: string
  /** Within its transaction. */
  readonly session?: DriverSession
  /** Whether a validator is to be passed over: what was in the snapshot comes back whatever it says. */
  readonly bypassValidation?: boolean
  /** Whether a document of an `_id` that is there already is passed over. Default false: it is a `KeyExistsError`. */
  readonly skipPresent?: boolean
}

const DUPLICATE_KEY = 11000

/** Inserts documents byte for byte: one buffer of whole documents goes to the server as it is. */
export async function insertDocuments(
  connection: MongoConnection,
  into: InsertInto,
  { bytes, count }: DocumentBatch,
): Promise<void> {
  const { collection, stored, session, bypassValidation = false, skipPresent = false } = into
  const documents = new connection.driver.DocumentSequence('documents')
  documents.push({}, bytes)
  const doing = `write ${collection}`
  const options = { doing, ...(session === undefined ? {} : { session }) }
  const command = {
    insert: stored,
    ordered: false,
    documents,
    ...(bypassValidation ? { bypassDocumentValidation: true } : {}),
  }
  const inserted = countOf(connection, await connection.run(command, options), doing, skipPresent)
  if (inserted !== count && !skipPresent) throw incomplete(collection)
  for (const { id, fields } of zeroTimestamps(connection, bytes, collection)) {
    const updates = [{ q: { _id: id }, u: { $set: fields }, collation: { locale: 'simple' } }]
    const update = { update: stored, updates, ...(bypassValidation ? { bypassDocumentValidation: true } : {}) }
    countOf(connection, await connection.run(update, options), doing, false)
  }
}

/** The count of a reply to a write. Its errors are thrown in our words. */
export function countOf(connection: MongoConnection, reply: Document, doing: string, skipDuplicates: boolean): number {
  const errors = (reply.writeErrors ?? []) as { code?: unknown }[]
  for (const { code } of errors) {
    const number = Number(code)
    if (skipDuplicates && number === DUPLICATE_KEY) continue
    throw connection.translate(Object.assign(new Error('a write was refused'), { code: number }), doing)
  }
  if (reply.writeConcernError !== undefined) {
    throw new TargetFailedError(`${connection.label}: could not ${doing}: it was not confirmed by the replica set`, {
      hint: 'Look at the members of the replica set.',
    })
  }
  return Number(reply.n ?? 0)
}

function incomplete(collection: string): TargetFailedError {
  return new TargetFailedError(`not all documents of ${collection} were written`, {
    hint: 'The restore was taken back. The log of the server says more.',
    data: { collection },
  })
}
