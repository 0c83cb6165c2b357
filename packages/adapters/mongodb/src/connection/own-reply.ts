import type { DriverSession } from '../mongodb-client.ts'

/**
 * The driver keeps the cluster time of the last reply, to send it with what comes next, and its signature as a view of that reply. Before
 * the command, the session forgets the one before, so that afterwards it holds the very object that the driver keeps.
 */
export function expectOwnReply(session: DriverSession): void {
  session.clusterTime = undefined
}

/**
 * Makes a raw reply, got in a session after `expectOwnReply`, the caller's own, who may free it: the signature gets memory of its own.
 * False where the driver may still look into the reply.
 */
export function becomesOwnReply(reply: object, session: DriverSession): boolean {
  const { clusterTime } = session
  if (clusterTime === undefined) return !('$clusterTime' in reply) // a standalone has none
  const hash = clusterTime.signature?.hash
  if (!(hash?.buffer instanceof Uint8Array)) return false
  hash.buffer = Buffer.from(hash.buffer)
  return true
}
