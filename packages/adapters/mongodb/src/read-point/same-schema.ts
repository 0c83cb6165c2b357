import type { SchemaObject } from '@dbsnap/core/values'
import type { MongoConnection } from '../connection/mongo-connection.ts'
import { type CollectionFacts, listCollections } from '../schema/list-collections.ts'
import { readSchema } from '../schema/read-schema.ts'

/** Whether collections and indexes after the moment was chosen are those of before. */
export async function isStill(
  connection: MongoConnection,
  tables: readonly CollectionFacts[],
  views: readonly CollectionFacts[],
  objects: readonly SchemaObject[],
): Promise<boolean> {
  const { collections } = await listCollections(connection)
  const byName = new Map(collections.map((facts) => [facts.name, facts]))
  const now: CollectionFacts[] = []
  for (const { name, uuid } of [...tables, ...views]) {
    const other = byName.get(name)
    if (other === undefined || other.uuid !== uuid) return false
    now.push(other)
  }
  const again = await readSchema(connection, now.slice(0, tables.length), now.slice(tables.length))
  return JSON.stringify(again) === JSON.stringify(objects)
}
