import { UsageError } from '../errors/usage-error.ts'
import type { CalendarSpan } from './calendar-buckets.ts'
import { type Duration, parseDuration } from './duration.ts'

/**
 * Which snapshots of each source are kept: those that at least one rule keeps. Rules do not know of each other, so one more
 * never drops more. Numbers are whole, from 1, or `Infinity`; durations as in `7d` or `1y6m` count back from the source's newest snapshot.
 *
 * @example
 * const policy = { keepLast: 3, keepDaily: 7, keepWeekly: 5, keepWithin: '2d', keepTags: ['release'] }
 */
export interface RetentionPolicy {
  /** So many, the newest. */
  readonly keepLast?: number
  /** The newest of each of so many hours in which there is one; those between, without a snapshot, do not count. */
  readonly keepHourly?: number
  /** Likewise of days. */
  readonly keepDaily?: number
  /** Likewise of ISO weeks, from Monday on. */
  readonly keepWeekly?: number
  readonly keepMonthly?: number
  readonly keepYearly?: number
  /** All within a duration. */
  readonly keepWithin?: string
  /** The newest of each hour within a duration. */
  readonly keepWithinHourly?: string
  readonly keepWithinDaily?: string
  readonly keepWithinWeekly?: string
  readonly keepWithinMonthly?: string
  readonly keepWithinYearly?: string
  /** All that have one of these tags: `key`, or `key=value`. */
  readonly keepTags?: readonly string[]
  /** IANA name of the time zone whose hours, days, ... are meant. Default `UTC`. */
  readonly timeZone?: string
}

/** A policy whose numbers and durations are known to be some. */
export interface RetentionRules {
  readonly last: number
  readonly within: DurationRule | undefined
  readonly spans: readonly SpanRule[]
  readonly tags: readonly string[]
}

export interface DurationRule {
  readonly text: string
  readonly duration: Duration
}

/** The newest of each `span`: of so many of them, or of those within a duration. */
export type SpanRule =
  | { readonly span: CalendarSpan; readonly count: number }
  | { readonly span: CalendarSpan; readonly within: DurationRule }

/** The members of a policy for each span. */
const SPAN_MEMBERS = {
  hourly: ['keepHourly', 'keepWithinHourly'],
  daily: ['keepDaily', 'keepWithinDaily'],
  weekly: ['keepWeekly', 'keepWithinWeekly'],
  monthly: ['keepMonthly', 'keepWithinMonthly'],
  yearly: ['keepYearly', 'keepWithinYearly'],
} as const

/** What a policy asks for. Fails with `UsageError` where a number or duration is none, and where no rule is given: that would keep nothing. */
export function rulesOf(policy: RetentionPolicy): RetentionRules {
  const spans = Object.entries(SPAN_MEMBERS).flatMap(([name, [count, within]]): SpanRule[] => {
    const span = name as CalendarSpan
    const byCount = policy[count]
    const byDays = policy[within]
    return [
      ...(byCount === undefined ? [] : [{ span, count: requireCount(count, byCount) }]),
      ...(byDays === undefined ? [] : [{ span, within: durationRule(byDays) }]),
    ]
  })
  const last = policy.keepLast === undefined ? 0 : requireCount('keepLast', policy.keepLast)
  const within = policy.keepWithin === undefined ? undefined : durationRule(policy.keepWithin)
  const tags = policy.keepTags ?? []
  if (last === 0 && within === undefined && spans.length + tags.length === 0) {
    throw new UsageError('a policy without any rule would keep nothing', {
      hint: 'Say what to keep, for example the last 3 and 7 daily ones. To forget certain snapshots name them.',
    })
  }
  return { last, within, spans, tags }
}

function durationRule(text: string): DurationRule {
  return { text, duration: parseDuration(text) }
}

function requireCount(member: string, count: number): number {
  if (count >= 1 && (Number.isInteger(count) || count === Number.POSITIVE_INFINITY)) return count
  throw new UsageError(`${member} takes a whole number from 1`, {
    hint: 'Leave the rule out to keep nothing by it; Infinity keeps the newest of all.',
    data: { count: String(count) },
  })
}
