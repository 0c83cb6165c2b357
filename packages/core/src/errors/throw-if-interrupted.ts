import { InterruptedError } from './interrupted-error.ts'

/** Throws `InterruptedError` where `signal` is aborted already. `doing` completes the message: `writing packs/ab`. */
export function throwIfInterrupted(signal: AbortSignal | undefined, doing: string): void {
  if (signal?.aborted) {
    throw new InterruptedError(`interrupted while ${doing}`, { hint: 'Nothing half-done is left. Run it again.' })
  }
}
