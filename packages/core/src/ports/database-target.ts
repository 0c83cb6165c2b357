import type { CollectionLayout } from '../values/collection.ts'
import type { JsonObject } from '../values/json.ts'
import type { SchemaDocument } from '../values/schema.ts'
import type { DatabaseSource, ReadPoint, Warning } from './database-source.ts'

/**
 * `create`: fails if anything stands in the way. `overwrite`: afterwards the chosen collections equal the snapshot.
 * `append`: inserts only; a key that is already there stops it before anything is written.
 */
export type RestoreMode = 'create' | 'overwrite' | 'append'

/** What a target is asked to restore. */
export interface RestoreRequest {
  readonly mode: RestoreMode
  /** Whether every collection of the snapshot was chosen, so that what belongs to none (functions, types) comes along. */
  readonly whole: boolean
  /** The snapshot's collections that were chosen. */
  readonly collections: readonly (CollectionLayout & { readonly records: number; readonly bytes: number })[]
  /** The snapshot's whole schema. */
  readonly schema: SchemaDocument
  /** `SourceFacts.details` of the snapshot. */
  readonly details: JsonObject
  readonly onWarning: (warning: Warning) => void
  readonly signal?: AbortSignal
}

/** How a collection of the snapshot is brought into the target. */
export type CollectionRoute =
  /** It is not there, or its shape differs: created anew (replacing what is there in `overwrite`) and loaded whole. */
  | 'load'
  /** It is there with the same columns and key: only differences are written. */
  | 'change'

/** One operation on one collection, as its plan lists it; the wording is the adapter's. */
export interface PlannedStep {
  /** `create table public.orders`, `drop index public.orders_status_idx`. */
  readonly description: string
  readonly object: string
}

/** A record to remove or to insert, as the target's `change` takes it: the whole record's bytes as `format` frames it. */
export interface RecordOperation {
  readonly operation: 'remove' | 'insert'
  readonly record: Buffer
}

/**
 * A restore under way. From opening to `commit` or `abort` the chosen collections of the target cannot be changed by
 * anybody else. Nothing that others see is changed before `commit`.
 */
export interface RestoreSession {
  /** The target's chosen collections (those that exist) as they are under the locks. */
  readonly current: ReadPoint
  /** By collection name. */
  readonly routes: ReadonlyMap<string, CollectionRoute>
  /** What `commit` will do to the schema, in order. */
  readonly steps: readonly PlannedStep[]
  /** Whether others see all of it at once or nothing, also where it fails midway. */
  readonly atomic: boolean

  /**
   * Loads all records of a collection whose route is `load`. Buffers are cut anywhere; they and the memory behind them are the
   * session's own, which may free them. May run for several collections at a time.
   */
  load(collection: string, records: AsyncIterable<Buffer>): Promise<void>

  /**
   * Takes the differences of a collection whose route is `change`, in any order. A changed record is one `remove` of
   * the old bytes and one `insert` of the new. Where the collection has no key, a `remove` takes away one equal record.
   */
  change(collection: string, operations: AsyncIterable<RecordOperation>): Promise<void>

  /**
   * Carries everything out: schema before data, removes before inserts, schema after data, foreign keys verified,
   * sequences set; then makes it visible at once. After a failure everything is as before; where `atomic` is false, as
   * far as it can be taken back.
   */
  commit(): Promise<void>

  /** Takes everything back. Quiet after `commit` and when called twice. */
  abort(): Promise<void>
}

/** A database that is written. */
export interface DatabaseTarget extends DatabaseSource {
  /**
   * Checks privileges and what stands in the way (`TargetNotEmptyError` for `create`), takes the locks (with a
   * time-out: `LockTimeoutError`) and decides a route per collection. Writes nothing that others could see.
   */
  openRestore(request: RestoreRequest): Promise<RestoreSession>
}
