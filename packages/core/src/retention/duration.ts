import { UsageError } from '../errors/usage-error.ts'

/** A span of the calendar: a month is as long as it happens to be. */
export interface Duration {
  readonly years: number
  readonly months: number
  readonly days: number
  readonly hours: number
}

const UNITS = { y: 'years', m: 'months', w: 'weeks', d: 'days', h: 'hours' } as const
const MS_PER_HOUR = 3_600_000
const MS_PER_DAY = 24 * MS_PER_HOUR

/**
 * Reads `7d`, `1y6m`, `2w12h`: whole numbers of at most four digits, each with its unit (`y`, `m` for months, `w`, `d`, `h`), each unit
 * once, together more than nothing. Fails with `UsageError`.
 */
export function parseDuration(text: string): Duration {
  const found: Partial<Record<(typeof UNITS)[keyof typeof UNITS], number>> = {}
  const parts = /^(?:\d{1,4}[ymwdh])+$/.test(text) ? [...text.matchAll(/(\d+)([ymwdh])/g)] : []
  for (const [, count, letter] of parts) {
    const unit = UNITS[letter as keyof typeof UNITS]
    if (found[unit] !== undefined) throw notADuration(text)
    found[unit] = Number(count)
  }
  const { years = 0, months = 0, weeks = 0, days = 0, hours = 0 } = found
  if (years + months + weeks + days + hours === 0) throw notADuration(text)
  return { years, months, days: days + 7 * weeks, hours }
}

/** The time that lies `duration` after (1) or before (-1) `time`, in UTC. A day that its month lacks is the month's last. */
export function shiftTime(time: Date, { years, months, days, hours }: Duration, direction: 1 | -1): Date {
  const month = time.getUTCMonth() + direction * (12 * years + months)
  const lastDay = new Date(Date.UTC(time.getUTCFullYear(), month + 1, 0)).getUTCDate()
  const shifted = new Date(time)
  shifted.setUTCFullYear(time.getUTCFullYear(), month, Math.min(time.getUTCDate(), lastDay))
  return new Date(shifted.getTime() + direction * (days * MS_PER_DAY + hours * MS_PER_HOUR))
}

function notADuration(text: string): UsageError {
  return new UsageError(`${text} is not a duration`, {
    hint: 'Write for example 12h, 7d, 2w, 6m (months) or 1y6m: whole numbers, each unit once.',
    data: { duration: text },
  })
}
