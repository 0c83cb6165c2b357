import type { MongoConnection } from '../connection/mongo-connection.ts'
import { deserialize } from '../connection/read-cursor.ts'
import type { Document } from '../mongodb-client.ts'
import { bytesOf } from '../schema/read-schema.ts'
import { CHANGEABLE_OPTIONS, type CollectionPlan, type CollectionShape } from './collection-plan.ts'
import { documentBatches } from './document-batches.ts'
import { insertDocuments } from './insert-documents.ts'

/** Whether a collection is a time series, whose records lie elsewhere and which cannot be given another name. */
export function isTimeSeries({ wanted }: Pick<CollectionPlan, 'wanted'>): boolean {
  return wanted.collection.kind === 'timeseries'
}

/**
 * Makes a collection under a temporary name, fills it, and only then gives it its indexes: those of what is there are made faster.
 * A snapshot's documents come back whatever a validator says: it is passed over, not given later, because what is given
 * later is listed with more options than the original has. A time series is gathered in a plain collection.
 */
export async function prepareCollection(
  connection: MongoConnection,
  plan: CollectionPlan,
  temporary: string,
  records: AsyncIterable<Buffer>,
): Promise<void> {
  const { name, wanted } = plan
  const isPlain = isTimeSeries(plan)
  const options = isPlain ? {} : optionsOf(connection, wanted)
  const bypassValidation = options.validator !== undefined
  await createCollection(connection, temporary, options, name)
  for await (const batch of documentBatches(records, name)) {
    await insertDocuments(connection, { collection: name, stored: temporary, bypassValidation }, batch)
  }
  if (isPlain) return
  await createIndexes(connection, temporary, wanted, name)
}

/** The options that a collection was made with. */
export function optionsOf(connection: MongoConnection, { collection }: CollectionShape): Document {
  return deserialize(connection, bytesOf(collection))
}

export async function createCollection(
  connection: MongoConnection,
  stored: string,
  options: Document,
  name: string,
): Promise<void> {
  await connection.run({ create: stored, ...options }, { doing: `create ${name}` })
}

/** Makes all indexes of a collection, several at once. */
export async function createIndexes(
  connection: MongoConnection,
  stored: string,
  { indexes }: Pick<CollectionShape, 'indexes'>,
  name: string,
): Promise<void> {
  if (indexes.length === 0) return
  const specifications = indexes.map((index) => deserialize(connection, bytesOf(index)))
  await connection.run({ createIndexes: stored, indexes: specifications }, { doing: `create the indexes of ${name}` })
}

/** Gives a collection the validator and whatever else may be changed of its options. */
export async function changeOptions(
  connection: MongoConnection,
  stored: string,
  shape: CollectionShape,
  name: string,
): Promise<void> {
  const options = optionsOf(connection, shape)
  const changes = Object.fromEntries(
    CHANGEABLE_OPTIONS.flatMap((option) => (options[option] === undefined ? [] : [[option, options[option]]])),
  )
  if (Object.keys(changes).length === 0) return
  await connection.run({ collMod: stored, ...changes }, { doing: `change the options of ${name}` })
}

/** Gives a collection another name. Fails with `TargetFailedError` where something of that name is there. */
export async function renameCollection(
  connection: MongoConnection,
  from: string,
  to: string,
  dropTarget = false,
): Promise<void> {
  const { database } = connection
  const command = { renameCollection: `${database}.${from}`, to: `${database}.${to}`, dropTarget }
  await connection.run(command, { doing: `give ${to} its name`, database: 'admin' })
}

/** Drops a collection; one that is not there is success. */
export async function dropCollection(connection: MongoConnection, name: string): Promise<void> {
  await connection.tryRun({ drop: name }, {}).catch((error) => {
    if ((error as { code?: unknown }).code !== 26) throw connection.translate(error, `drop ${name}`)
  })
}
