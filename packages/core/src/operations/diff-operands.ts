import { isDeepStrictEqual } from 'node:util'
import type { CollectionChoice } from '../ports/database-source.ts'
import type { ProgressListener } from '../ports/progress.ts'
import type { SchemaObject } from '../values/schema.ts'
import { chooseCollections, type DiffOperand } from './diff-operand.ts'
import { diffCollectionRecords, type ShownChanges } from './diff-records.ts'
import { diffSchema } from './diff-schema.ts'
import type { ChangeKind, CollectionSummary, Difference, SchemaChange } from './difference.ts'
import type { OperationContext } from './operation-context.ts'
import { ProgressMeter } from './progress-meter.ts'

/** What of a diff is compared and shown. */
export interface DiffOptions extends CollectionChoice {
  /** Kinds of record changes to yield. Default: all. Counts stay exact. */
  readonly kinds?: readonly ChangeKind[]
  /** Record changes to yield, at most. Default: no limit. Counts stay exact. */
  readonly limit?: number
  /** Whether documents that differ in the order of their fields alone are yielded as `reordered`, and counted. Default false. */
  readonly fieldOrder?: boolean
  /** Whether changed documents come with a JSON Patch (RFC 6902). Default false. */
  readonly jsonPatch?: boolean
  /** Told how far it is, about ten times a second at most. */
  readonly onProgress?: ProgressListener
  /** Ends it with an error. */
  readonly signal?: AbortSignal
}

const ALL_KINDS: readonly ChangeKind[] = ['added', 'removed', 'changed']

/** Compares two sides: record changes by collection, then key; then schema changes; last the summary. In batches. Closes both. */
export async function* diffOperands(
  context: OperationContext,
  left: DiffOperand,
  right: DiffOperand,
  options: DiffOptions & Pick<ShownChanges, 'exact'>,
): AsyncGenerator<readonly Difference[], void, undefined> {
  try {
    const names = chooseCollections([...left.collections.values(), ...right.collections.values()], options)
    const progress = new ProgressMeter(context.clock, 'diff', options.onProgress)
    const { exact = false, fieldOrder = false, jsonPatch = false } = options
    const kinds = new Set(options.kinds ?? ALL_KINDS)
    const shown = { kinds, remaining: options.limit ?? Number.POSITIVE_INFINITY, exact, fieldOrder, jsonPatch }
    const collections: CollectionSummary[] = []
    for (const name of names) {
      const input = { context, name, left, right, signal: options.signal }
      collections.push(yield* diffCollectionRecords(input, shown, progress))
    }
    const schema = { added: 0, removed: 0, changed: 0 }
    for (const change of await schemaChanges(left, right, chosenObjects(names, options))) {
      schema[change.kind]++
      yield [change]
    }
    progress.phase('done')
    yield [{ type: 'summary', collections, schema }]
  } finally {
    await Promise.all([left.close(), right.close()])
  }
}

/** With a choice, only what belongs to the chosen collections is compared; without, everything. */
export function chosenObjects(
  names: readonly string[],
  { include, exclude }: CollectionChoice,
): (object: SchemaObject) => boolean {
  if ((include ?? []).length === 0 && (exclude ?? []).length === 0) return () => true
  const chosen = new Set(names)
  return ({ collection }) => collection !== undefined && chosen.has(collection)
}

async function schemaChanges(
  left: DiffOperand,
  right: DiffOperand,
  chosen: (object: SchemaObject) => boolean,
): Promise<SchemaChange[]> {
  if (left.storedSchema !== undefined && isDeepStrictEqual(left.storedSchema, right.storedSchema)) return []
  return diffSchema(left.schemaObjects, right.schemaObjects, chosen)
}
