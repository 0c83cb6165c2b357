import type { JsonObject } from '../values/json.ts'
import { ERROR_CODES, type ErrorCode } from './error-codes.ts'

/** What every error carries beside its message. */
export interface DbSnapErrorOptions {
  /** What to do about it, one or two sentences. */
  readonly hint: string
  /** Facts for programs. Never a record's value, a key, a parameter of a statement or a credential. */
  readonly data?: JsonObject
  /** What brought it about, as `Error` has it. */
  readonly cause?: unknown
}

/**
 * The one base of every error DBSnap throws on purpose. Recognise by `code`, not by class: two copies of a package
 * have two classes. Messages name the thing that failed and never carry users' data.
 */
export class DbSnapError extends Error {
  override readonly name: string = 'DbSnapError'
  readonly code: ErrorCode
  readonly hint: string
  readonly data: JsonObject

  constructor(code: ErrorCode, message: string, options: DbSnapErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.data = options.data ?? {}
  }

  /** Whether the same call, unchanged, may succeed later. */
  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable
  }

  /** What may be logged and sent: all but the stack and the cause. */
  toJSON(): { code: ErrorCode; message: string; hint: string; retryable: boolean; data: JsonObject } {
    return { code: this.code, message: this.message, hint: this.hint, retryable: this.retryable, data: this.data }
  }
}

/** Whether `error` is one of ours, whichever copy of the package made it. */
export function isDbSnapError(error: unknown): error is DbSnapError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code in ERROR_CODES &&
    'hint' in error
  )
}
