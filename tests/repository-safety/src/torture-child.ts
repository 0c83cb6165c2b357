import { writeSync } from 'node:fs'
import { isDbSnapError } from '@dbsnap/core'
import type { TortureEvent, TortureOrder } from './torture-order.ts'

export const order: TortureOrder = JSON.parse(process.argv[2] ?? '{}')

/** Told at once, past any buffer: what was said before a kill is known after it. */
export function say(event: TortureEvent): void {
  writeSync(1, `${JSON.stringify(event)}\n`)
}

/** Does something again and again until it is told to end. An error of ours is told, any other ends the process. */
export async function untilTerminated(work: () => Promise<void>): Promise<void> {
  let ends = false
  process.on('SIGTERM', () => {
    ends = true
  })
  while (!ends) {
    try {
      await work()
    } catch (error) {
      if (!isDbSnapError(error)) throw error
      say({ event: 'failed', code: error.code, message: error.stack ?? error.message })
    }
  }
}
