import type { RecordDifference } from '../record-tree/record-diff.ts'
import { documentChanges, reorderedPaths } from '../records/bson/document-diff.ts'
import { jsonPatch } from '../records/bson/json-patch.ts'
import { KEYLESS_HASH_BYTES } from '../records/keyless-reader.ts'
import type { JsonObject } from '../values/json.ts'
import { compareBy } from './compare-by.ts'
import { type DiffCollectionInput, diffCollection } from './diff-collection.ts'
import type { ChangeKind, CollectionSummary, RecordChange } from './difference.ts'
import type { ProgressMeter } from './progress-meter.ts'
import { ChangePresenter } from './record-presenter.ts'

export interface ShownChanges {
  readonly kinds: ReadonlySet<ChangeKind>
  /** Changes that may still be shown, shared by all collections. */
  remaining: number
  /** Whether documents are told apart by their bytes, the order of their fields included: a restore's proof. */
  readonly exact?: boolean
  /** As in `DiffOptions`. */
  readonly fieldOrder: boolean
  readonly jsonPatch: boolean
}

/**
 * Compares one collection and yields what is to be shown, a batch at a time: a step of a generator for each change is a
 * fifth of the cost of a large diff. Returns the exact counts.
 */
export async function* diffCollectionRecords(
  input: DiffCollectionInput,
  shown: ShownChanges,
  progress: ProgressMeter,
): AsyncGenerator<RecordChange[], CollectionSummary, undefined> {
  const comparison = await compareBy(input)
  const presenter = new ChangePresenter(comparison.left, comparison.right)
  const counts = { added: 0, removed: 0, changed: 0 }
  let equal = 0
  let reordered = 0
  const keyless = comparison.left.key.length === 0 ? new KeylessRun(input.name, shown) : undefined
  for await (const batch of diffCollection(input, comparison)) {
    equal += batch.equalRecords
    let seen = batch.equalRecords
    const changes: RecordChange[] = []
    for (const difference of batch.differences) {
      seen++
      const fields = difference.kind === 'changed' ? presenter.fields(difference.left, difference.right) : []
      // The bytes differ, the values do not: another spelling of the same.
      if (difference.kind === 'changed' && fields.length === 0 && !(shown.exact && presenter.documents)) {
        equal++
        if (!shown.fieldOrder || !presenter.documents) continue
        reordered++
        if (shown.remaining-- > 0) changes.push(presentReordered(input.name, difference, presenter))
        continue
      }
      counts[difference.kind]++
      if (keyless !== undefined) {
        const ended = keyless.add(difference, presenter)
        if (ended !== undefined) changes.push(ended)
      } else if (shown.remaining > 0 && shown.kinds.has(difference.kind)) {
        shown.remaining--
        changes.push(present(input.name, difference, fields, presenter, shown))
      }
    }
    progress.add(input.name, { records: seen, bytes: 0 })
    if (changes.length > 0) yield changes
  }
  const last = keyless?.end()
  if (last !== undefined) yield [last]
  const { added, removed, changed } = counts
  return {
    name: input.name,
    added,
    removed,
    changed,
    ...(reordered === 0 ? {} : { reordered }),
    recordsBefore: equal + removed + changed,
    recordsAfter: equal + added + changed,
  }
}

function present(
  collection: string,
  difference: RecordDifference,
  fields: readonly string[],
  presenter: ChangePresenter,
  shown: ShownChanges,
): RecordChange {
  const before = difference.kind === 'added' ? null : presenter.left.record(difference.left)
  const after = difference.kind === 'removed' ? null : presenter.right.record(difference.right)
  const key = before === null ? presenter.right.key(after as JsonObject) : presenter.left.key(before)
  const change = { type: 'change', collection, kind: difference.kind, key, before, after, fields } as const
  if (difference.kind !== 'changed' || !presenter.documents) return change
  const { left, right } = difference
  const patch = shown.jsonPatch ? { patch: jsonPatch(left, right) } : {}
  return { ...change, changes: documentChanges(left, right), ...patch }
}

function presentReordered(
  collection: string,
  { left, right }: Extract<RecordDifference, { kind: 'changed' }>,
  presenter: ChangePresenter,
): RecordChange {
  const before = presenter.left.record(left)
  const fields = reorderedPaths(left, right)
  const after = presenter.right.record(right)
  return { type: 'change', collection, kind: 'reordered', key: presenter.left.key(before), before, after, fields }
}

/** Adds up equal records that came or went: they differ only in the ordinal at the end of their keys. */
class KeylessRun {
  readonly #collection: string
  readonly #shown: ShownChanges
  #hash: Buffer | undefined
  #change: (RecordChange & { count: number }) | undefined

  constructor(collection: string, shown: ShownChanges) {
    this.#collection = collection
    this.#shown = shown
  }

  /** Takes the next difference; returns the run before it where it ends. */
  add(difference: RecordDifference, presenter: ChangePresenter): RecordChange | undefined {
    const hash = difference.key.subarray(0, KEYLESS_HASH_BYTES)
    if (this.#change?.kind === difference.kind && this.#hash?.equals(hash) === true) {
      this.#change = { ...this.#change, count: this.#change.count + 1 }
      return undefined
    }
    const ended = this.end()
    this.#hash = Buffer.from(hash)
    if (this.#shown.remaining > 0 && this.#shown.kinds.has(difference.kind)) {
      this.#shown.remaining--
      this.#change = { ...present(this.#collection, difference, [], presenter, this.#shown), key: {}, count: 1 }
    }
    return ended
  }

  end(): RecordChange | undefined {
    const ended = this.#change
    this.#change = undefined
    return ended
  }
}
