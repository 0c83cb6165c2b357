import { createHash, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { systemCode } from './folder-file-system.ts'

/** `~` is in no legal key, so a temporary file is never taken for a stored one. */
const PATTERN = /^~([0-9a-f]{8})-(\d+)-[0-9a-f-]{36}$/

/**
 * Milliseconds by the store's clock after which a temporary file of another machine, or of a process whose number was
 * given out again, counts as left over. A file lives as temporary for the seconds that writing it takes.
 */
const LEFT_OVER_AFTER = 60 * 60 * 1000

/** Tells machines that share a folder apart; not more than that is asked of it. */
const MACHINE = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

/** A new name for a file that is being written. */
export function temporaryName(): string {
  return `~${MACHINE}-${process.pid}-${randomUUID()}`
}

/**
 * Whether a file of this name is what a writer that is gone left behind: its process has ended, or it has not been
 * written for an hour. `age` in milliseconds, by the store's clock.
 */
export function isLeftOver(name: string, age: number): boolean {
  const match = PATTERN.exec(name)
  if (match === null) return false
  return age > LEFT_OVER_AFTER || (match[1] === MACHINE && !isRunning(Number(match[2])))
}

function isRunning(process_: number): boolean {
  try {
    process.kill(process_, 0)
    return true
  } catch (error) {
    // EPERM: it runs and belongs to somebody else.
    return systemCode(error) !== 'ESRCH'
  }
}
