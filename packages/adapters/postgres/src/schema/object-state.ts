import type { JsonObject, SchemaObject } from '@dbsnap/core/values'

/** The state of an object as this package writes it: `drop`, `sql`, and what its kind has. */
export function stateOf(object: SchemaObject): JsonObject {
  const { state } = object
  return typeof state === 'object' && state !== null && !Array.isArray(state) ? (state as JsonObject) : {}
}
