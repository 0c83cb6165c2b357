import type { CollectionLayout } from '../values/collection.ts'
import type { JsonObject } from '../values/json.ts'
import type { SchemaListing } from '../values/schema.ts'

/**
 * `snapshot`: every collection was read at one moment. `collection`: each collection is whole and consistent in
 * itself, but they may differ in time from each other.
 */
export type Consistency = 'snapshot' | 'collection'

/** Something a person should know and that did not stop the operation. Never holds a record's value. */
export interface Warning {
  /** Stable, upper case: `LARGE_OBJECTS_LEFT_OUT`. */
  readonly code: string
  readonly message: string
}

/** Which collections are meant. What carries a parent's name in either list takes its children along; `exclude` wins. */
export interface CollectionChoice {
  /** Names or globs (`*`, `?`); a bare name matches in every schema. Empty or absent: everything. */
  readonly include?: readonly string[]
  /** Names or globs to leave out. Default: none. A name that fits nothing is an error in both lists. */
  readonly exclude?: readonly string[]
}

/** What a source is asked to read. */
export interface ReadPointOptions extends CollectionChoice {
  /** Collections that will be read at the same time, at most: connections to open. Default 2. */
  readonly concurrency: number
  /** Called once per warning, before `openReadPoint` resolves or while reading. */
  readonly onWarning: (warning: Warning) => void
  readonly signal?: AbortSignal
}

/** What a source says about itself; goes into the manifest. Never a credential. */
export interface SourceFacts {
  /** `postgres`, `mysql`, `mongodb`. */
  readonly engine: string
  readonly engineVersion: string
  readonly database: string
  /** Default label of the source: `host:port/database`. */
  readonly label: string
  readonly consistency: Consistency
  /** The engine's own name for the moment that is read: an exported snapshot's id, a binary log position. */
  readonly readPoint: string
  /** Whatever else the adapter needs to read or restore these bytes: pinned settings, encodings. */
  readonly details: JsonObject
}

/** A collection as it can be read at a read point. */
export interface SourceCollection extends CollectionLayout {
  /** The engine's guess, for progress only. */
  readonly estimatedRecords: number
  readonly estimatedBytes: number
  /** What is reached for this collection, where it is less than for the read point as a whole. */
  readonly consistency?: Consistency
}

/** How collections that were read one by one are brought to one moment. */
export interface CatchUp {
  /**
   * Keys of all records that may have come, gone or changed since before the first read and up to the moment, of collections that have
   * a key; in any order, perhaps more than once. `key` is a record of which only the key counts. A batch is valid until the next is asked for.
   */
  keys(): AsyncIterable<readonly { readonly collection: string; readonly key: Buffer }[]>

  /**
   * Those records of a collection that are there at the moment, in key order; each is valid until the next is asked for. `keys`: up to
   * 1 000 of those above, each once, in key order.
   */
  records(collection: string, keys: readonly Buffer[]): AsyncIterable<Buffer>
}

/** One consistent moment of a source, shared by all its connections. Ends with `close`, which must always be called. */
export interface ReadPoint {
  readonly facts: SourceFacts
  /** The chosen collections, by name in byte order. */
  readonly collections: readonly SourceCollection[]
  /** The schema at this moment, of the chosen collections and of what belongs to no collection. */
  readonly schema: SchemaListing

  /**
   * The bytes of all records of a collection in ascending order of their keys (any order where it has no key), framed
   * by its `format`; buffers are cut anywhere, and each is valid until the next is asked for. Has back-pressure. Ends only when the server said that it was whole,
   * else throws. At most `concurrency` reads are open at a time. Leaving the loop early frees the connection.
   */
  read(collection: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<Buffer>

  /**
   * Present only where collections are read one by one and can be brought to one moment afterwards. To be called once, when all have
   * been read: chooses that moment, which `facts` then names. Fails where that is not possible any more: nothing may be published then.
   */
  catchUp?(): Promise<CatchUp>

  /** Ends the transactions and closes the connections. Never throws for a connection that is gone already. */
  close(): Promise<void>
}

/** A database that is read. Making one connects to nothing. */
export interface DatabaseSource {
  readonly engine: string
  /** `host:port/database`, for messages. Never a credential. */
  readonly label: string
  openReadPoint(options: ReadPointOptions): Promise<ReadPoint>
}
