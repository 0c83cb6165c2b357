import * as z from 'zod'
import type { DiffId } from '../values/diff-id.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import { objectIdSchema, type SnapshotSource, snapshotIdSchema, sourceSchema } from './snapshot-manifest.ts'

/** What was on one side of a stored diff. */
export interface StoredDiffSide {
  /** Its id, which may be forgotten by now; absent where the side was a live database. */
  readonly snapshot?: SnapshotId
  /** Of the snapshot; or when the live database was opened. ISO 8601, UTC. */
  readonly time: string
  readonly source: SnapshotSource
}

/** What of the two sides was compared and stored: as in `DiffOptions`. Absent: everything. */
export interface StoredDiffChoice {
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly kinds?: readonly ('added' | 'removed' | 'changed')[]
  readonly limit?: number
  readonly fieldOrder?: boolean
  readonly jsonPatch?: boolean
}

/** What a listing shows of a stored diff: all but its pages. */
export interface StoredDiffSummary {
  readonly id: DiffId
  readonly format: 1
  /** When it was stored. ISO 8601, UTC, milliseconds. */
  readonly time: string
  readonly left: StoredDiffSide
  readonly right: StoredDiffSide
  readonly choice: StoredDiffChoice
  /** Exact, whatever was left out: records of all collections, and objects of the schema. */
  readonly counts: {
    readonly added: number
    readonly removed: number
    readonly changed: number
    readonly schema: number
  }
  /** What `readDiff` yields, the summary at its end included. */
  readonly differences: number
}

/** The root of a stored diff. */
export interface StoredDiff extends StoredDiffSummary {
  /** Objects of the kind `diffPage`, in order. */
  readonly pages: readonly ObjectId[]
}

const count = z.int().nonnegative()
const names = z.array(z.string())
const side = z.strictObject({
  snapshot: snapshotIdSchema.exactOptional(),
  time: z.iso.datetime(),
  source: sourceSchema,
})

/** What the root of a stored diff must look like. */
export const storedDiffSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .transform((text) => text as DiffId),
  format: z.literal(1),
  time: z.iso.datetime(),
  left: side,
  right: side,
  choice: z.strictObject({
    include: names.exactOptional(),
    exclude: names.exactOptional(),
    kinds: z.array(z.enum(['added', 'removed', 'changed'])).exactOptional(),
    limit: count.exactOptional(),
    fieldOrder: z.boolean().exactOptional(),
    jsonPatch: z.boolean().exactOptional(),
  }),
  counts: z.strictObject({ added: count, removed: count, changed: count, schema: count }),
  differences: count,
  pages: z.array(objectIdSchema),
})
