import { createHash } from 'node:crypto'
import type { SnapshotManifest } from '../format/snapshot-manifest.ts'
import type { Warning } from '../ports/database-source.ts'
import type { CollectionRoute, DatabaseTarget, PlannedStep } from '../ports/database-target.ts'
import { type DiffCollectionInput, diffCollection, fingerprintHash } from './diff-collection.ts'
import { chooseCollections, liveOperand, snapshotOperand } from './diff-operand.ts'
import { hasEqualValues } from './equal-values.ts'
import type { OperationContext } from './operation-context.ts'
import { collectionOf } from './read-records.ts'
import type { PlannedCollection, PlanOptions, RestorePlan } from './restore-plan.ts'
import { openRestoreSession, type RestoreScope } from './restore-session.ts'

/** What the target says it will do, before any record was compared. */
interface Intentions {
  readonly routes: ReadonlyMap<string, CollectionRoute>
  readonly steps: readonly PlannedStep[]
  readonly atomic: boolean
  /** Chosen collections that the target holds. */
  readonly present: readonly string[]
}

/**
 * Makes the plan of a restore: what will be created, and exactly how many records come, go and change. Writes nothing,
 * and holds the target's locks only while it asks for the routes, not while it reads.
 */
export async function planRestore(
  context: OperationContext,
  snapshot: SnapshotManifest,
  target: DatabaseTarget,
  options: PlanOptions,
): Promise<RestorePlan> {
  const { mode, signal } = options
  const chosen = chooseCollections(
    snapshot.collections.map(({ layout }) => layout),
    options,
  )
  const whole = (options.include ?? []).length === 0 && (options.exclude ?? []).length === 0
  const warnings: Warning[] = []
  const warn = (warning: Warning): void => {
    warnings.push(warning)
    options.onWarning?.(warning)
  }
  const scope = { snapshot, target, mode, chosen, whole }
  const intentions = await askTarget(context, scope, warn, signal)
  const { collections, fingerprint } = await compare(context, scope, intentions, signal)
  const { steps, atomic } = intentions
  return { ...scope, collections, steps, atomic, fingerprint, warnings }
}

async function askTarget(
  context: OperationContext,
  scope: RestoreScope,
  warn: (warning: Warning) => void,
  signal: AbortSignal | undefined,
): Promise<Intentions> {
  const session = await openRestoreSession(context, scope, warn, signal)
  try {
    const { routes, steps, atomic, current } = session
    return { routes, steps, atomic, present: current.collections.map(({ name }) => name) }
  } finally {
    await session.abort()
  }
}

async function compare(
  context: OperationContext,
  scope: RestoreScope,
  intentions: Intentions,
  signal: AbortSignal | undefined,
): Promise<{ collections: PlannedCollection[]; fingerprint: string }> {
  const { target, mode, snapshot, chosen } = scope
  const present = new Set(mode === 'append' ? [] : intentions.present)
  const right = snapshotOperand(context, snapshot)
  const readPoint =
    present.size === 0
      ? undefined
      : await target.openReadPoint({
          include: [...present],
          concurrency: 1,
          onWarning: () => {},
          ...(signal === undefined ? {} : { signal }),
        })
  const left = readPoint === undefined ? undefined : liveOperand(readPoint, async () => {})
  try {
    const fingerprint = planFingerprint(intentions)
    const collections: PlannedCollection[] = []
    for (const name of chosen) {
      const { records } = collectionOf(snapshot, name)
      const route = intentions.routes.get(name) as CollectionRoute
      if (left === undefined || !present.has(name)) {
        collections.push({ name, route, added: records, removed: 0, changed: 0 })
        continue
      }
      const counted = await countDifferences({ context, name, left, right, signal })
      fingerprint.update(counted.digest)
      const counts = route === 'change' ? counted : { added: records, removed: counted.liveRecords, changed: 0 }
      collections.push({ name, route, added: counts.added, removed: counts.removed, changed: counts.changed })
    }
    return { collections, fingerprint: fingerprint.digest('hex') }
  } finally {
    await readPoint?.close()
  }
}

/** A fingerprint begins with what will be done to the schema; the contents of each collection follow. */
export function planFingerprint({ routes, steps }: Pick<Intentions, 'routes' | 'steps'>) {
  return createHash('sha256').update(JSON.stringify([[...routes].sort(), steps]))
}

async function countDifferences(input: DiffCollectionInput) {
  const { name, left, right } = input
  const fingerprint = fingerprintHash()
  const counts = { added: 0, removed: 0, changed: 0 }
  let equal = 0
  const isSame = hasEqualValues(name, left, right)
  for await (const batch of diffCollection({ ...input, fingerprint })) {
    equal += batch.equalRecords
    for (const difference of batch.differences) {
      if (difference.kind === 'changed' && isSame(difference.left, difference.right)) equal++
      else counts[difference.kind]++
    }
  }
  return { ...counts, liveRecords: equal + counts.removed + counts.changed, digest: fingerprint.digest('hex') }
}
