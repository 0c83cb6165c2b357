import { ReadPointLostError } from '@dbsnap/core/errors'
import type { CollectionChoice } from '@dbsnap/core/ports'
import type { SchemaObject } from '@dbsnap/core/values'
import type { MongoConnection } from '../connection/mongo-connection.ts'
import { type CollectionFacts, listCollections } from '../schema/list-collections.ts'
import { readSchema } from '../schema/read-schema.ts'
import { choose } from './choose-collections.ts'
import { type Moment, presentMoment } from './moment.ts'
import { isStill } from './same-schema.ts'

/** So often a moment is chosen anew because indexes or options were changed while it was. */
const TRIES = 5

/**
 * A moment after all collections were read, and the schema at it. Fails where other collections would be chosen now than were read:
 * one that came meanwhile was not.
 */
export async function chooseLateMoment(
  connection: MongoConnection,
  choice: CollectionChoice,
  read: readonly CollectionFacts[],
): Promise<{ readonly moment: Moment; readonly objects: readonly SchemaObject[] }> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const { tables, views } = choose((await listCollections(connection)).collections, choice)
    if (identities(tables) !== identities(read)) break
    const objects = await readSchema(connection, tables, views)
    const moment = await presentMoment(connection)
    if (await isStill(connection, tables, views, objects)) return { moment, objects }
  }
  throw new ReadPointLostError('collections were made, dropped or changed while the read was caught up', {
    hint: 'Try again when no collection is made or dropped.',
  })
}

function identities(collections: readonly CollectionFacts[]): string {
  return JSON.stringify(collections.map(({ name, uuid }) => [name, uuid]))
}
