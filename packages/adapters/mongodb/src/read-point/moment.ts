import { UnsupportedServerError } from '@dbsnap/core/errors'
import type { MongoConnection } from '../connection/mongo-connection.ts'

/** What the server calls a moment, a timestamp of the driver: seconds and increment. */
export interface Moment {
  readonly high: number
  readonly low: number
}

/** The present moment: after everything that this server has written by now. */
export async function presentMoment(connection: MongoConnection): Promise<Moment> {
  const reply = await connection.run({ ping: 1 }, { doing: 'choose a moment to read', database: 'admin' })
  const moment = reply.operationTime as Moment | undefined
  if (moment !== undefined) return moment
  throw new UnsupportedServerError(`${connection.label} names no moment to read at`, {
    hint: 'Read each collection by itself (consistency: collection).',
  })
}

/** Whether a moment is after another. */
export function isAfter(a: Moment, b: Moment): boolean {
  const seconds = (a.high >>> 0) - (b.high >>> 0)
  return seconds === 0 ? a.low >>> 0 > b.low >>> 0 : seconds > 0
}

/** As `facts.readPoint` has it. */
export function momentText({ high, low }: Moment): string {
  return `${high >>> 0}.${low >>> 0}`
}
