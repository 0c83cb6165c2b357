import { RestoreUnprovenError } from '../errors/restore-unproven-error.ts'
import { TargetMovedError } from '../errors/target-moved-error.ts'
import type { Warning } from '../ports/database-source.ts'
import type { CollectionRoute, RecordOperation, RestoreSession } from '../ports/database-target.ts'
import type { ProgressListener } from '../ports/progress.ts'
import { createRecordReader } from '../records/create-record-reader.ts'
import { frameRecords } from '../records/frame-records.ts'
import { type DiffCollectionInput, diffCollection, fingerprintHash } from './diff-collection.ts'
import { liveOperand, openLive, snapshotOperand } from './diff-operand.ts'
import { diffOperands } from './diff-operands.ts'
import type { DiffSummary } from './difference.ts'
import { hasEqualValues } from './equal-values.ts'
import { forEachAtOnce } from './for-each-at-once.ts'
import type { OperationContext } from './operation-context.ts'
import { planFingerprint } from './plan-restore.ts'
import { ProgressMeter } from './progress-meter.ts'
import { collectionOf, readRecordBytes } from './read-records.ts'
import type { PlannedCollection, RestorePlan } from './restore-plan.ts'
import { openRestoreSession } from './restore-session.ts'
import { type Snapshot, takeSnapshot } from './take-snapshot.ts'

/** How a plan is carried out. */
export interface ApplyOptions {
  /** Whether to take a snapshot of the collections that will be written first. Default true. */
  readonly safety?: boolean
  /** Told how far it is, about ten times a second at most. */
  readonly onProgress?: ProgressListener
  /** Told once per warning: what the target cannot get as it was, and, after the restore, schema objects that differ. */
  readonly onWarning?: (warning: Warning) => void
  /** Aborted before the commit: nothing is changed. */
  readonly signal?: AbortSignal
}

/** What a restore has done. */
export interface RestoreResult {
  /** As the plan said. */
  readonly collections: readonly PlannedCollection[]
  /** What the written collections held before. Absent where they held nothing, or `safety` was false. */
  readonly safetySnapshot?: Snapshot
  /** The diff of the snapshot against the target afterwards, over the chosen collections. */
  readonly proof: DiffSummary
}

/** Collections loaded at a time. */
const LOADS_AT_ONCE = 2

/** Carries out a plan: safety snapshot, then everything at once, then a diff that proves it. */
export async function applyRestore(
  context: OperationContext,
  plan: RestorePlan,
  options: ApplyOptions,
): Promise<RestoreResult> {
  const progress = new ProgressMeter(context.clock, 'restore', options.onProgress)
  for (const { name } of plan.collections) {
    const { records, bytes } = collectionOf(plan.snapshot, name)
    progress.expect(records, bytes)
  }
  progress.phase('preparing')
  const safetySnapshot = await carryOut(context, plan, options, progress)
  progress.phase('proving')
  const proof = await prove(context, plan, options)
  progress.phase('done')
  return { collections: plan.collections, proof, ...(safetySnapshot === undefined ? {} : { safetySnapshot }) }
}

/** Everything but the proof, for which what the session held is let go. Returns the safety snapshot. */
async function carryOut(
  context: OperationContext,
  plan: RestorePlan,
  options: ApplyOptions,
  progress: ProgressMeter,
): Promise<Snapshot | undefined> {
  const session = await openRestoreSession(context, plan, options.onWarning ?? (() => {}), options.signal)
  try {
    const safetySnapshot = await takeSafety(context, plan, session, options)
    await fill(context, plan, session, progress, options.signal)
    progress.phase('committing')
    await session.commit()
    return safetySnapshot
  } catch (error) {
    await session.abort()
    throw error
  }
}

/** Under the session's locks, which let others read: what it holds is what will be overwritten. */
async function takeSafety(
  context: OperationContext,
  { snapshot, target }: RestorePlan,
  session: RestoreSession,
  { safety = true, signal }: ApplyOptions,
): Promise<Snapshot | undefined> {
  const present = session.current.collections.map(({ name }) => name)
  if (!safety || present.length === 0) return undefined
  return takeSnapshot(context, target, {
    include: present,
    tags: { safety: `before restoring ${snapshot.id}` },
    ...(signal === undefined ? {} : { signal }),
  })
}

async function fill(
  context: OperationContext,
  plan: RestorePlan,
  session: RestoreSession,
  progress: ProgressMeter,
  signal: AbortSignal | undefined,
): Promise<void> {
  const fingerprint = planFingerprint(session)
  progress.phase('loading')
  const present = new Set(session.current.collections.map(({ name }) => name))
  const left = liveOperand(session.current, async () => {})
  const right = snapshotOperand(context, plan.snapshot)
  const loads: string[] = []
  // Compared in the order of the plan, so that the fingerprint is the plan's.
  for (const name of plan.chosen) {
    const route = session.routes.get(name) as CollectionRoute
    if (plan.mode === 'append' && route === 'change') {
      await session.change(name, inserts(context, plan, name, progress, signal))
    } else if (plan.mode !== 'append' && present.has(name)) {
      const digest = fingerprintHash()
      const operations = differences({ context, name, left, right, signal, fingerprint: digest }, progress)
      if (route === 'change') await session.change(name, operations)
      else for await (const _ of operations);
      fingerprint.update(digest.digest('hex'))
    }
    if (route === 'load') loads.push(name)
  }
  if (fingerprint.digest('hex') !== plan.fingerprint) {
    throw new TargetMovedError('the target changed after the plan was made', {
      hint: 'Nothing was written. Make a new plan and look at it.',
    })
  }
  await forEachAtOnce(loads, LOADS_AT_ONCE, signal, async (name, both) => {
    const collection = collectionOf(plan.snapshot, name)
    await session.load(name, counted(readRecordBytes(context, collection, both), name, progress))
  })
}

async function* counted(
  records: AsyncIterable<Buffer>,
  name: string,
  progress: ProgressMeter,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const bytes of records) {
    const { length } = bytes
    yield bytes
    progress.add(name, { records: 0, bytes: length })
  }
}

async function* differences(
  input: DiffCollectionInput,
  progress: ProgressMeter,
): AsyncGenerator<RecordOperation, void, undefined> {
  const { name, left, right } = input
  const isSame = hasEqualValues(name, left, right)
  for await (const batch of diffCollection(input)) {
    for (const difference of batch.differences) {
      if (difference.kind === 'changed' && isSame(difference.left, difference.right)) continue
      if (difference.kind !== 'added') yield { operation: 'remove', record: difference.left }
      if (difference.kind !== 'removed') yield { operation: 'insert', record: difference.right }
    }
    progress.add(name, { records: batch.equalRecords + batch.differences.length, bytes: 0 })
  }
}

async function* inserts(
  context: OperationContext,
  { snapshot }: RestorePlan,
  name: string,
  progress: ProgressMeter,
  signal: AbortSignal | undefined,
): AsyncGenerator<RecordOperation, void, undefined> {
  const collection = collectionOf(snapshot, name)
  const bytes = readRecordBytes(context, collection, signal)
  for await (const records of frameRecords(bytes, createRecordReader(collection.layout), name)) {
    for (const record of records) yield { operation: 'insert', record }
    progress.add(name, { records: records.length, bytes: 0 })
  }
}

/** The target against the snapshot. Records must agree; of the schema, what could not be kept was warned of before. */
async function prove(context: OperationContext, plan: RestorePlan, options: ApplyOptions): Promise<DiffSummary> {
  const { snapshot, target, chosen, mode } = plan
  const left = snapshotOperand(context, snapshot)
  const right = await openLive(target, options.signal)
  let proof: DiffSummary | undefined
  for await (const batch of diffOperands(context, left, right, { include: chosen, limit: 0, exact: true })) {
    for (const difference of batch) {
      if (difference.type === 'summary') proof = difference
      else if (difference.type === 'schema' && mode !== 'append') {
        const message = `after the restore the ${difference.object} ${difference.name} is not as in the snapshot`
        options.onWarning?.({ code: 'SCHEMA_DIFFERS', message })
      }
    }
  }
  const wrong = (proof as DiffSummary).collections.filter(
    ({ added, removed, changed }) => removed + changed > 0 || (mode !== 'append' && added > 0),
  )
  if (wrong.length === 0) return proof as DiffSummary
  throw new RestoreUnprovenError(
    `after the restore ${wrong.map(({ name }) => name).join(', ')} differs from the snapshot`,
    {
      hint: 'Somebody may have written at the same moment. Compare with `dbsnap diff`; the safety snapshot holds what was before.',
      data: { collections: wrong.map(({ name }) => name) },
    },
  )
}
