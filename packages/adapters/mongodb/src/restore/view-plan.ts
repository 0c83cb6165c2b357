import { isDeepStrictEqual } from 'node:util'
import type { PlannedStep } from '@dbsnap/core/ports'
import type { SchemaObject } from '@dbsnap/core/values'
import type { MongoConnection } from '../connection/mongo-connection.ts'
import { deserialize } from '../connection/read-cursor.ts'
import { bytesOf } from '../schema/read-schema.ts'
import { createCollection, dropCollection } from './prepared-collection.ts'
import type { UndoStack } from './undo-stack.ts'

/** A view that is to be made, or made anew. */
export interface ViewPlan {
  readonly wanted: SchemaObject
  readonly present: SchemaObject | undefined
}

/** Nothing where the view is there as it shall be. */
export function planView(wanted: SchemaObject, present: SchemaObject | undefined): ViewPlan[] {
  return isDeepStrictEqual(wanted.definition, present?.definition) ? [] : [{ wanted, present }]
}

export function viewStep({ wanted, present }: ViewPlan): PlannedStep {
  return { description: `${present === undefined ? 'create' : 'replace'} view ${wanted.name}`, object: wanted.name }
}

/** Makes a view; one that is there is dropped before. */
export async function applyView(
  connection: MongoConnection,
  { wanted, present }: ViewPlan,
  undo: UndoStack,
): Promise<void> {
  const { name } = wanted
  if (present !== undefined) {
    undo.push(() => createCollection(connection, name, deserialize(connection, bytesOf(present)), name))
    await dropCollection(connection, name)
  }
  undo.push(() => dropCollection(connection, name))
  await createCollection(connection, name, deserialize(connection, bytesOf(wanted)), name)
}
