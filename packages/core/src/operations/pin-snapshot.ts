import { UsageError } from '../errors/usage-error.ts'
import type { Pin } from '../repository/pin-catalog.ts'
import { parseDuration, shiftTime } from '../retention/duration.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import type { OperationContext } from './operation-context.ts'

/** How a snapshot is pinned. */
export interface PinOptions {
  /** Why, on one line of at most 200 characters. Encrypted as all else. */
  readonly reason?: string
  /** When the pin ends by itself: a time, an ISO 8601 date (UTC) or time, or a duration from now as in `30d`. Default: never. */
  readonly until?: Date | string
}

const MAX_REASON_LENGTH = 200
const ISO_TIME = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/

/** Pins a snapshot, in place of an earlier pin. Fails with `UsageError`, or `UnknownSnapshotError` where it was forgotten meanwhile. */
export function pinSnapshot(
  { objects, clock }: OperationContext,
  snapshot: SnapshotId,
  { reason, until }: PinOptions,
): Promise<Pin> {
  if (reason !== undefined) requireReason(reason)
  return objects.pins.put(snapshot, {
    ...(reason === undefined ? {} : { reason }),
    ...(until === undefined ? {} : { until: endOf(until, clock.now()) }),
  })
}

function endOf(until: Date | string, now: Date): string {
  const end =
    typeof until !== 'string' ? until : ISO_TIME.test(until) ? new Date(until) : shiftTime(now, parseDuration(until), 1)
  // Of later years the text is longer, and has no place in the order of times.
  if (end.getTime() > now.getTime() && end.getUTCFullYear() <= 9999) return end.toISOString()
  throw new UsageError('a pin ends later than now, and before the year 10000', {
    hint: 'Give a date to come such as 2030-01-31, or a duration such as 30d.',
    data: { until: String(until) },
  })
}

function requireReason(reason: string): void {
  if (reason.trim() !== '' && reason.length <= MAX_REASON_LENGTH && !/\p{Cc}/u.test(reason)) return
  throw new UsageError(`a reason is one line of at most ${MAX_REASON_LENGTH} characters`, {
    hint: 'Say in a few words why the snapshot must stay.',
  })
}
