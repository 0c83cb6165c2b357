import type { Json, JsonObject } from './json.ts'

/** When a schema object is created in a restore: before the records, or after them. */
export type SchemaSection = 'pre-data' | 'post-data'

/**
 * One object of a database's schema (a table, a column, an index, a function, ...) as a snapshot keeps it.
 * Two objects are the same object when `kind` and `name` are equal, and unchanged when `definition` is deeply equal.
 */
export interface SchemaObject {
  /** The engine's word in lower case: `table`, `column`, `index`, `constraint`, `view`, `function`, `sequence`, ... */
  readonly kind: string
  /** Qualified name, unique within the kind: `public.orders`, `public.orders.total`, `public.total(integer)`. */
  readonly name: string
  /** The collection that it belongs to and that brings it along in a partial restore. */
  readonly collection?: string
  /** Structured facts: what a diff compares and shows. Holds nothing that changes by itself (oids, sizes, counters). */
  readonly definition: JsonObject
  /** Facts a restore needs but a diff does not report: a sequence's position, whether a materialized view is filled. */
  readonly state?: Json
  /** `kind:name` of the objects that must exist before this one. */
  readonly dependsOn: readonly string[]
  readonly section: SchemaSection
  /** Statements that create it, in order, fully qualified. Empty where another object's statements do (columns). */
  readonly statements: readonly string[]
}

/** Everything a source told about its schema at one read point, in an order in which it can be created. */
export interface SchemaDocument {
  /** Version of the adapter's vocabulary; an adapter that meets a newer one refuses. */
  readonly version: 1
  readonly engine: string
  readonly objects: readonly SchemaObject[]
}

/** A schema whose objects are made one after the other, anew each time they are asked for: there may be very many. */
export interface SchemaListing extends Omit<SchemaDocument, 'objects'> {
  readonly objects: Iterable<SchemaObject>
}
