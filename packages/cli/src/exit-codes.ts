import { ERROR_CODES, isDbSnapError } from '@dbsnap/core'

/** What the process ends with where there is no error. */
export const EXIT = { done: 0, differs: 1, usage: 2 } as const

/** The exit code of an error: its own by the table of codes, 130 for an interruption, 1 for what nobody expected. */
export function exitCodeOf(error: unknown): number {
  if (isDbSnapError(error)) return ERROR_CODES[error.code].exit
  return isAbort(error) ? ERROR_CODES.INTERRUPTED.exit : 1
}

/** An `AbortSignal`'s own error. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
