import { TargetFailedError } from '../errors/target-failed-error.ts'

/** Fails with `TargetFailedError` unless the server has removed or inserted as many records as it was to. */
export function requireCount(
  collection: string,
  operation: 'remove' | 'insert',
  expected: number,
  actual: number,
): void {
  if (expected === actual) return
  throw new TargetFailedError(
    `${collection}: ${expected} records to ${operation}, but the server did so to ${actual}`,
    {
      hint: 'The table did not hold what the diff had read. Nothing was changed; make a new plan.',
      data: { collection, operation, expected, actual },
    },
  )
}
