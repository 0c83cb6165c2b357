import { UsageError } from '../errors/usage-error.ts'

/** Spans of the calendar of which the newest snapshot may be kept. */
export const CALENDAR_SPANS = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const

/** One of them. */
export type CalendarSpan = (typeof CALENDAR_SPANS)[number]

/** The hour, day, ISO week, month and year in which a time lies: equal texts, equal span. */
export type CalendarBuckets = Readonly<Record<CalendarSpan, string>>

const MS_PER_DAY = 24 * 3_600_000

/** Tells where times (ISO 8601) lie in the calendar of an IANA time zone. Fails with `UsageError` where there is no such zone. */
export function calendarOf(timeZone: string): (time: string) => CalendarBuckets {
  const format = formatIn(timeZone)
  return (time) => {
    const parts = new Map(format.formatToParts(new Date(time)).map(({ type, value }) => [type, value]))
    const [year, month, day, hour] = (['year', 'month', 'day', 'hour'] as const).map((part) => parts.get(part))
    const date = `${year}-${month}-${day}`
    return {
      hourly: `${date}T${hour}`,
      daily: date,
      weekly: isoWeek(Date.UTC(Number(year), Number(month) - 1, Number(day))),
      monthly: `${year}-${month}`,
      yearly: `${year}`,
    }
  }
}

function formatIn(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      hourCycle: 'h23',
    })
  } catch (error) {
    throw new UsageError(`${timeZone} is not a time zone`, {
      hint: 'Give a name such as Europe/Berlin or UTC.',
      data: { timeZone },
      cause: error,
    })
  }
}

/** A week belongs to the year of its Thursday. `date`: midnight of a day, in UTC. */
function isoWeek(date: number): string {
  const weekday = (new Date(date).getUTCDay() + 6) % 7
  const thursday = new Date(date + (3 - weekday) * MS_PER_DAY)
  const year = thursday.getUTCFullYear()
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * MS_PER_DAY))
  return `${year}-W${String(week).padStart(2, '0')}`
}
