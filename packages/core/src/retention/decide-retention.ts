import type { SnapshotSummary } from '../format/snapshot-manifest.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import { type CalendarBuckets, type CalendarSpan, calendarOf } from './calendar-buckets.ts'
import { shiftTime } from './duration.ts'
import { type DurationRule, type RetentionPolicy, rulesOf, type SpanRule } from './retention-policy.ts'
import { fitsTag } from './tag-pattern.ts'

/** What a policy looks at. */
export type RetainedSnapshot = Pick<SnapshotSummary, 'id' | 'time' | 'tags'> & {
  readonly source: { readonly label: string }
}

/** A rule that keeps a snapshot. */
export interface KeepReason {
  /** `pinned` and `lastGood` hold whatever the policy says. */
  readonly rule: 'last' | 'within' | CalendarSpan | 'tag' | 'pinned' | 'lastGood'
  /** Which of the last it is; the hour, day, ...; the duration; the tag; why it is pinned. */
  readonly detail?: string
}

/** What becomes of a snapshot, and why. */
export interface RetentionDecision<S extends RetainedSnapshot = SnapshotSummary> {
  readonly snapshot: S
  readonly keep: boolean
  /** All rules that keep it. Empty: none does, or it was named. */
  readonly reasons: readonly KeepReason[]
}

/** What keeps snapshots whatever the policy says. */
export interface Protection {
  /** By snapshot: why it is pinned, or `''`. */
  readonly pinned: ReadonlyMap<SnapshotId, string>
  /** Of each source the one that is never dropped. */
  readonly lastGood: ReadonlySet<SnapshotId>
}

/** Decides of every snapshot, source by source. `snapshots` come newest first, as listed, and the decisions too. Fails as `rulesOf` does. */
export function decideRetention<S extends RetainedSnapshot>(
  policy: RetentionPolicy,
  snapshots: readonly S[],
  { pinned, lastGood }: Protection,
): RetentionDecision<S>[] {
  const rules = rulesOf(policy)
  const calendar = calendarOf(policy.timeZone ?? 'UTC')
  const reasons = new Map<SnapshotId, KeepReason[]>(snapshots.map(({ id }) => [id, []]))
  const keep = (id: SnapshotId, reason: KeepReason): unknown => reasons.get(id)?.push(reason)
  for (const ofSource of bySource(snapshots)) {
    const isWithin = withinFrom(ofSource[0]?.time as string)
    for (const [i, { id }] of ofSource.slice(0, rules.last).entries()) keep(id, { rule: 'last', detail: `${i + 1}` })
    for (const { id, time, tags } of ofSource) {
      if (rules.within !== undefined && isWithin(time, rules.within)) {
        keep(id, { rule: 'within', detail: rules.within.text })
      }
      for (const tag of rules.tags) if (fitsTag(tags, tag)) keep(id, { rule: 'tag', detail: tag })
    }
    const places = ofSource.map(({ id, time }) => ({ id, time, buckets: calendar(time) }))
    for (const rule of rules.spans) for (const place of newestOfEach(rule, places, isWithin)) keep(...place)
  }
  for (const [id, why] of pinned) keep(id, why === '' ? { rule: 'pinned' } : { rule: 'pinned', detail: why })
  for (const id of lastGood) keep(id, { rule: 'lastGood' })
  return snapshots.map((snapshot) => {
    const all = reasons.get(snapshot.id) as KeepReason[]
    return { snapshot, keep: all.length > 0, reasons: all }
  })
}

/** Each newest first. */
function bySource<S extends RetainedSnapshot>(snapshots: readonly S[]): Iterable<S[]> {
  return Map.groupBy(snapshots, ({ source }) => source.label).values()
}

/** Durations count from the newest snapshot, not from now: a source that is no longer taken must not lose all that it has. */
function withinFrom(newest: string): (time: string, rule: DurationRule) => boolean {
  return (time, { duration }) => Date.parse(time) > shiftTime(new Date(newest), duration, -1).getTime()
}

interface Place {
  readonly id: SnapshotId
  readonly time: string
  readonly buckets: CalendarBuckets
}

function* newestOfEach(
  rule: SpanRule,
  places: readonly Place[],
  isWithin: (time: string, rule: DurationRule) => boolean,
): Generator<[SnapshotId, KeepReason]> {
  // A set, not the one before: where clocks go back over midnight a day comes twice.
  const seen = new Set<string>()
  for (const { id, time, buckets } of places) {
    const bucket = buckets[rule.span]
    if (seen.has(bucket)) continue
    if ('count' in rule ? seen.size >= rule.count : !isWithin(time, rule.within)) return
    seen.add(bucket)
    yield [id, { rule: rule.span, detail: 'count' in rule ? bucket : `${bucket}, within ${rule.within.text}` }]
  }
}
