import * as z from 'zod'
import type { Consistency } from '../ports/database-source.ts'
import type { CollectionLayout } from '../values/collection.ts'
import type { JsonObject } from '../values/json.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'

/** How objects of a snapshot were compressed, and with what success. */
export interface SnapshotCompression {
  readonly algorithm: 'zstd' | 'gzip' | 'none'
  readonly level: number
  /** Plain bytes per stored byte of the objects that this snapshot added; 1 where it added none. */
  readonly ratio: number
}

/** What the verification before the manifest was put has read back. */
export interface SnapshotVerification {
  /** Objects read back from the store. */
  readonly objects: number
  readonly ok: boolean
}

/** The snapshot that a copy was made of. */
export interface CopiedFrom {
  /** Id of its repository, 32 hex digits. */
  readonly repository: string
  readonly snapshot: SnapshotId
}

/** Where a snapshot's records come from. A subset of `SourceFacts`; never a credential. */
export interface SnapshotSource {
  readonly engine: string
  readonly engineVersion: string
  readonly database: string
  readonly label: string
  readonly consistency: Consistency
  readonly readPoint: string
  readonly details: JsonObject
}

/** The root of a collection's tree. Height 0 is a tree whose root is one leaf node. */
export interface TreeRoot {
  readonly id: ObjectId
  readonly height: number
}

/** One collection of a snapshot. */
export interface SnapshotCollection {
  readonly layout: CollectionLayout
  readonly records: number
  /** Plain bytes of all records. */
  readonly bytes: number
  /** null: the collection is empty. */
  readonly root: TreeRoot | null
  /** A chunk ends where the low `splitBits` bits of a key's hash are zero. */
  readonly splitBits: number
  /** What was truly reached for this collection. */
  readonly consistency: Consistency
}

/** What a listing shows of a snapshot: all but its collections and its schema. */
export interface SnapshotSummary {
  readonly id: SnapshotId
  readonly format: 1
  /** ISO 8601, UTC, milliseconds. Always later than the parent's. */
  readonly time: string
  readonly tags: Readonly<Record<string, string>>
  /** The previous snapshot of the same source, on which this one rests for speed; not needed to read it. */
  readonly parent?: SnapshotId
  readonly source: SnapshotSource
  readonly records: number
  /** Plain bytes of all records. */
  readonly bytes: number
  readonly seconds: number
  readonly compression: SnapshotCompression
  readonly verification: SnapshotVerification
  readonly warnings: readonly { readonly code: string; readonly message: string }[]
  /** Where it was copied from another repository: its original. `compression` and `verification` are the copy's own. */
  readonly copiedFrom?: CopiedFrom
}

/** An immutable, committed picture of one database. */
export interface SnapshotManifest extends SnapshotSummary {
  /** Segments of the schema document, in order: see `readDocument`. */
  readonly schema: readonly ObjectId[]
  /** By name in byte order. */
  readonly collections: readonly SnapshotCollection[]
}

export const objectIdSchema = z
  .string()
  .regex(/^[0-9a-f]{40}$/)
  .transform((text) => text as ObjectId)
export const snapshotIdSchema = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .transform((text) => text as SnapshotId)
const count = z.int().nonnegative()
const consistency = z.enum(['snapshot', 'collection'])

/** What a `SnapshotSource` must look like. */
export const sourceSchema = z.strictObject({
  engine: z.string(),
  engineVersion: z.string(),
  database: z.string(),
  label: z.string(),
  consistency,
  readPoint: z.string(),
  details: z.record(z.string(), z.json()),
})

/** What the first part of a manifest must look like. */
export const summarySchema = z.strictObject({
  id: snapshotIdSchema,
  format: z.literal(1),
  time: z.iso.datetime(),
  tags: z.record(z.string(), z.string()),
  parent: snapshotIdSchema.exactOptional(),
  source: sourceSchema,
  records: count,
  bytes: count,
  seconds: z.number().nonnegative(),
  compression: z.strictObject({
    algorithm: z.enum(['zstd', 'gzip', 'none']),
    level: z.int(),
    ratio: z.number().nonnegative(),
  }),
  verification: z.strictObject({ objects: count, ok: z.boolean() }),
  warnings: z.array(z.strictObject({ code: z.string(), message: z.string() })),
  copiedFrom: z
    .strictObject({ repository: z.string().regex(/^[0-9a-f]{32}$/), snapshot: snapshotIdSchema })
    .exactOptional(),
})

/** And the second part. */
export const contentsSchema = z.strictObject({
  schema: z.array(objectIdSchema),
  collections: z.array(
    z.strictObject({
      layout: z.strictObject({
        name: z.string(),
        parent: z.string().exactOptional(),
        format: z.enum(['copy-text', 'bson']),
        encoding: z.string(),
        columns: z.array(
          z.strictObject({
            name: z.string(),
            type: z.string(),
            shape: z.enum(['number', 'boolean', 'string']),
            equality: z.enum(['bytes', 'json', 'float']),
          }),
        ),
        key: z.array(z.strictObject({ column: count, order: z.enum(['integer', 'decimal', 'date', 'text', 'bson']) })),
      }),
      records: count,
      bytes: count,
      root: z.strictObject({ id: objectIdSchema, height: count }).nullable(),
      splitBits: z.int().min(0).max(31),
      consistency,
    }),
  ),
})
