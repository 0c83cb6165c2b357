import { LastSnapshotError } from '../errors/last-snapshot-error.ts'
import { SnapshotPinnedError } from '../errors/snapshot-pinned-error.ts'
import { throwIfInterrupted } from '../errors/throw-if-interrupted.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { SnapshotSummary } from '../format/snapshot-manifest.ts'
import type { Pin } from '../repository/pin-catalog.ts'
import type { SnapshotListing } from '../repository/snapshot-catalog.ts'
import { decideRetention, type RetentionDecision } from '../retention/decide-retention.ts'
import type { RetentionPolicy } from '../retention/retention-policy.ts'
import { fitsTag } from '../retention/tag-pattern.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import type { OperationContext } from './operation-context.ts'
import { unlessUnreadable } from './unless-unreadable.ts'

/** What all ways of forgetting have in common. */
export interface ForgetSettings {
  /** Decides and deletes nothing. Default false. */
  readonly dryRun?: boolean
  /** Whether a source may be left without any good snapshot. Default false. */
  readonly allowLast?: boolean
  /** Awaited once, before anything is deleted. Throwing ends it: nothing is forgotten. */
  readonly onDecisions?: (report: ForgetReport) => void | Promise<void>
  /** Ends it with an error between two snapshots; run it again for the rest. */
  readonly signal?: AbortSignal
}

/** A policy, and the snapshots it is applied to: default all. Of the others nothing is decided. */
export interface ForgetByPolicy extends ForgetSettings {
  readonly snapshots?: never
  readonly policy: RetentionPolicy
  /** Labels of sources. */
  readonly sources?: readonly string[]
  /** Only snapshots with one of these tags: `key` or `key=value`. */
  readonly tags?: readonly string[]
}

/** What was decided, and done. */
export interface ForgetReport {
  /** Newest first: all that the policy was applied to, or those that were named. */
  readonly decisions: readonly RetentionDecision[]
  /** What is forgotten, oldest first; with `dryRun`, and in `onDecisions`, what would be. */
  readonly forgotten: readonly SnapshotId[]
  /** Snapshots whose manifests cannot be read. No policy drops them; named by their whole ids they can be, with `allowLast`. */
  readonly damaged: readonly SnapshotId[]
}

/** Drops what no rule keeps. */
export async function forgetByPolicy(context: OperationContext, options: ForgetByPolicy): Promise<ForgetReport> {
  const { policy, sources, tags } = options
  const listing = await context.objects.snapshots.list()
  for (const source of sources ?? []) requireSource(listing, source)
  const chosen = listing.snapshots.filter(
    (snapshot) =>
      (sources === undefined || sources.includes(snapshot.source.label)) &&
      (tags === undefined || tags.some((tag) => fitsTag(snapshot.tags, tag))),
  )
  const pinned = new Map((await context.objects.pins.list()).map((pin) => [pin.snapshot, reasonOf(pin)]))
  const lastGood = new Set<SnapshotId>()
  // Without rules it must fail, whether there is a snapshot or not.
  decideRetention(policy, [], { pinned, lastGood })
  if (options.allowLast !== true) {
    for (const ofSource of Map.groupBy(listing.snapshots, ({ source }) => source.label).values()) {
      lastGood.add(((await newestGood(context, ofSource)) ?? (ofSource[0] as SnapshotSummary)).id)
    }
  }
  return forget(context, decideRetention(policy, chosen, { pinned, lastGood }), listing, [], options)
}

/** Drops what is named, all or nothing. Fails with `SnapshotPinnedError` or `LastSnapshotError`. */
export async function forgetNamed(
  context: OperationContext,
  ids: ReadonlySet<SnapshotId>,
  options: ForgetSettings,
): Promise<ForgetReport> {
  const listing = await context.objects.snapshots.list()
  const pin = (await context.objects.pins.list()).find(({ snapshot }) => ids.has(snapshot))
  if (pin !== undefined) throw pinned(pin)
  const named = listing.snapshots.filter(({ id }) => ids.has(id))
  const damaged = listing.damaged.filter(({ id }) => ids.has(id))
  const newer = damaged.find(({ error }) => error.code === 'NEWER_FORMAT')
  if (newer !== undefined) throw newer.error
  if (options.allowLast !== true) {
    if (damaged[0] !== undefined) throw unreadable(damaged[0].id)
    await requireGoodOnes(context, listing, named)
  }
  const decisions = named.map((snapshot) => ({ snapshot, keep: false, reasons: [] }))
  return forget(context, decisions, listing, damaged, options)
}

/** Oldest first, so that a crash leaves what a smaller `forget` would have left. */
async function forget(
  { objects }: OperationContext,
  decisions: readonly RetentionDecision[],
  { damaged }: SnapshotListing,
  namedDamaged: readonly { readonly id: SnapshotId }[],
  { dryRun = false, onDecisions, signal }: ForgetSettings,
): Promise<ForgetReport> {
  const dropped = decisions.filter(({ keep }) => !keep).map(({ snapshot }) => snapshot.id)
  const report: ForgetReport = {
    decisions,
    forgotten: [...namedDamaged.map(({ id }) => id), ...dropped.reverse()],
    damaged: damaged.map(({ id }) => id),
  }
  await onDecisions?.(report)
  if (dryRun) return report
  const forgotten: SnapshotId[] = []
  // Whoever pins looks for us after the pin is there, and we for pins after this: of the two at least one sees the other.
  const registration = await objects.register('forget')
  try {
    for (const id of report.forgotten) {
      throwIfInterrupted(signal, 'forgetting')
      await registration.require()
      if ((await objects.pins.list(id)).length > 0) continue
      await objects.snapshots.remove(id)
      forgotten.push(id)
      // What has ended by itself.
      await objects.pins.remove(id)
    }
  } finally {
    await registration.end()
  }
  return { ...report, forgotten }
}

/** The newest whose sample was good when it was taken and whose manifest can be read in whole. */
async function newestGood(
  { objects }: OperationContext,
  newestFirst: readonly SnapshotSummary[],
): Promise<SnapshotSummary | undefined> {
  for (const snapshot of newestFirst) {
    if (!snapshot.verification.ok) continue
    if ((await unlessUnreadable(objects.snapshots.load(snapshot.id))) !== undefined) return snapshot
  }
  return undefined
}

/** A source with a good snapshot keeps one; one without keeps whatever it has. */
async function requireGoodOnes(
  context: OperationContext,
  { snapshots }: SnapshotListing,
  named: readonly SnapshotSummary[],
): Promise<void> {
  for (const [label, ofSource] of Map.groupBy(named, ({ source }) => source.label)) {
    const left = snapshots.filter((snapshot) => snapshot.source.label === label && !named.includes(snapshot))
    if ((await newestGood(context, left)) !== undefined) continue
    if (left.length > 0 && (await newestGood(context, ofSource)) === undefined) continue
    throw new LastSnapshotError(`${label} would be left without a good snapshot`, {
      hint: 'Nothing was forgotten. Take another one first, or say that the last one may go: --allow-last.',
      data: { source: label },
    })
  }
}

function reasonOf({ reason, until, readable }: Pin): string {
  if (!readable) return 'its pin cannot be read'
  return [reason, until === undefined ? undefined : `until ${until}`].filter((part) => part !== undefined).join(', ')
}

function pinned({ snapshot }: Pin): SnapshotPinnedError {
  return new SnapshotPinnedError(`snapshot ${snapshot.slice(0, 8)} is pinned`, {
    hint: 'Nothing was forgotten. Run `dbsnap list` to see why it is; `dbsnap unpin` takes the pin away.',
    data: { snapshot },
  })
}

function unreadable(id: SnapshotId): LastSnapshotError {
  return new LastSnapshotError(`the manifest of ${id.slice(0, 8)} cannot be read: it might be the last of its source`, {
    hint: 'Nothing was forgotten. To take it out of the way, say that the last one may go: --allow-last.',
    data: { snapshot: id },
  })
}

function requireSource({ snapshots }: SnapshotListing, label: string): void {
  const labels = [...new Set(snapshots.map(({ source }) => source.label))]
  if (labels.includes(label)) return
  throw new UsageError(`no snapshot is of the source ${label}`, {
    hint: 'Run `dbsnap list` to see the sources.',
    data: { source: label, sources: labels.slice(0, 20) },
  })
}
