import { InterruptedError } from '../errors/interrupted-error.ts'
import type { Clock } from '../ports/system.ts'

/** The machine's own time. */
export class SystemClock implements Clock {
  now(): Date {
    return new Date()
  }

  monotonic(): number {
    return performance.now()
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const interrupt = (): void => {
        clearTimeout(timer)
        reject(new InterruptedError('interrupted while waiting', { hint: 'Nothing half-done is left. Run it again.' }))
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', interrupt)
        resolve()
      }, milliseconds)
      if (signal?.aborted) interrupt()
      else signal?.addEventListener('abort', interrupt, { once: true })
    })
  }
}
