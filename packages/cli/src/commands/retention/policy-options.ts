import type { CalendarSpan, RetentionPolicy } from '@dbsnap/core'

/** Spans of which the newest snapshot can be kept, and what they are called. */
export const KEPT_SPANS: Readonly<Record<CalendarSpan, string>> = {
  hourly: 'hours',
  daily: 'days',
  weekly: 'weeks',
  monthly: 'months',
  yearly: 'years',
}

/** The rules of a policy as options, `--keep-tag` for its tags. */
export interface PolicyOptions extends Omit<RetentionPolicy, 'keepTags'> {
  readonly keepTag?: readonly string[]
}

const RULES = [
  'keepLast',
  'keepHourly',
  'keepDaily',
  'keepWeekly',
  'keepMonthly',
  'keepYearly',
  'keepWithin',
  'keepWithinHourly',
  'keepWithinDaily',
  'keepWithinWeekly',
  'keepWithinMonthly',
  'keepWithinYearly',
  'timeZone',
] as const

/** The policy that was given; empty where none was. */
export function policyOf(options: PolicyOptions): RetentionPolicy {
  const given = RULES.flatMap((rule) => (options[rule] === undefined ? [] : [[rule, options[rule]]]))
  const tags = options.keepTag === undefined ? {} : { keepTags: options.keepTag }
  return { ...(Object.fromEntries(given) as RetentionPolicy), ...tags }
}
