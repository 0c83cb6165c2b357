import { throwIfInterrupted } from '../errors/throw-if-interrupted.ts'
import { damaged } from '../format/format-version.ts'
import type { StoredDiff, StoredDiffChoice, StoredDiffSide, StoredDiffSummary } from '../format/stored-diff.ts'
import type { ReadPoint } from '../ports/database-source.ts'
import type { RepositoryWriter } from '../repository/object-repository.ts'
import { linesOf, type TextForm, writeText } from '../repository/stored-text.ts'
import { type DiffId, parseDiffId } from '../values/diff-id.ts'
import type { DiffOperand } from './diff-operand.ts'
import { type DiffOptions, diffOperands } from './diff-operands.ts'
import type { Difference, DiffSummary } from './difference.ts'
import type { OperationContext } from './operation-context.ts'
import { verifySample } from './verify-sample.ts'

/**
 * Pages of a quarter of a MiB: one is what a reader that shows the beginning must fetch. The zero keeps them apart from chunks and documents: a table whose
 * records are lines of this very diff would else have chunks with the ids of its pages.
 */
const PAGES: TextForm = { kind: 'diffPage', bytes: 256 * 1024, mark: Buffer.from([0]) }

/**
 * Compares two sides and stores what comes out: one difference a line, as JSON. Registered as a writer before the sides are opened, so that a prune
 * waits with what they need. The diff exists when this resolves; after a failure there is none.
 */
export async function storeDiff(
  context: OperationContext,
  open: () => Promise<readonly [DiffOperand, DiffOperand]>,
  options: DiffOptions,
): Promise<StoredDiffSummary> {
  const { signal } = options
  const writer = await context.objects.openWriter({ operation: 'diff', ...(signal === undefined ? {} : { signal }) })
  try {
    return await publish(context, writer, await open(), options)
  } finally {
    await writer.close()
  }
}

async function publish(
  context: OperationContext,
  writer: RepositoryWriter,
  [left, right]: readonly [DiffOperand, DiffOperand],
  options: DiffOptions,
): Promise<StoredDiffSummary> {
  const opened = context.clock.now().toISOString()
  const lines = new DiffLines(diffOperands(context, left, right, options))
  const pages = await writeText(writer, PAGES, lines.texts())
  await writer.flush()
  await verifySample(writer)
  const { diffs } = context.objects
  const diff: StoredDiff = {
    id: parseDiffId(writer.id),
    format: 1,
    time: context.clock.now().toISOString(),
    left: sideOf(left, opened),
    right: sideOf(right, opened),
    choice: choiceOf(options),
    counts: countsOf(lines.summary),
    differences: lines.count,
    pages,
  }
  await diffs.put(diff)
  const { pages: _, ...summary } = diff
  return summary
}

/** The differences of a stored diff, as they came. Fails with `DamagedError` or `ObjectMissingError` where a page cannot be read. */
export async function* readStoredDiff(
  { objects }: OperationContext,
  id: DiffId,
  signal: AbortSignal | undefined,
): AsyncGenerator<Difference, void, undefined> {
  const { pages, differences } = await objects.diffs.load(id)
  let count = 0
  for await (const line of linesOf(objects.reader, PAGES, pages)) {
    throwIfInterrupted(signal, 'reading a diff')
    // What follows the last newline.
    if (line === '') continue
    count++
    yield JSON.parse(line) as Difference
  }
  if (count !== differences) throw damaged(`stored diff ${id.slice(0, 8)} is damaged: it is not whole`)
}

/** A diff as lines, counted. */
class DiffLines {
  readonly #batches: AsyncIterable<readonly Difference[]>
  count = 0
  /** There once all lines are. */
  summary: DiffSummary = { type: 'summary', collections: [], schema: { added: 0, removed: 0, changed: 0 } }

  constructor(batches: AsyncIterable<readonly Difference[]>) {
    this.#batches = batches
  }

  async *texts(): AsyncGenerator<string, void, undefined> {
    for await (const batch of this.#batches) {
      this.count += batch.length
      for (const difference of batch) if (difference.type === 'summary') this.summary = difference
      yield batch.map((difference) => `${JSON.stringify(difference)}\n`).join('')
    }
  }
}

function sideOf({ snapshot, live }: DiffOperand, opened: string): StoredDiffSide {
  if (snapshot !== undefined) return { snapshot: snapshot.id, time: snapshot.time, source: snapshot.source }
  return { time: opened, source: (live as ReadPoint).facts }
}

const CHOICE = ['include', 'exclude', 'kinds', 'limit', 'fieldOrder', 'jsonPatch'] as const

/** What was asked for, as far as it bears on what comes out. No limit is none, and JSON has no word for it. */
function choiceOf(options: DiffOptions): StoredDiffChoice {
  const given = CHOICE.map((name) => [name, options[name]] as const)
  return Object.fromEntries(
    given.filter(([, value]) => value !== undefined && value !== Number.POSITIVE_INFINITY),
  ) as StoredDiffChoice
}

function countsOf({ collections, schema }: DiffSummary): StoredDiff['counts'] {
  const sum = (kind: 'added' | 'removed' | 'changed'): number =>
    collections.reduce((total, collection) => total + collection[kind], 0)
  return {
    added: sum('added'),
    removed: sum('removed'),
    changed: sum('changed'),
    schema: schema.added + schema.removed + schema.changed,
  }
}
