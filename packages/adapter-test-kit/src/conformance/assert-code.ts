import assert from 'node:assert/strict'
import { type ErrorCode, isDbSnapError } from '@dbsnap/core/errors'

/** Throws unless `promise` fails with one of these codes, as an error of ours. */
export async function assertCode(promise: Promise<unknown>, ...codes: ErrorCode[]): Promise<void> {
  const outcome = await promise.then(
    () => 'success',
    (error: unknown) => (isDbSnapError(error) ? error.code : `an error that is not ours: ${error}`),
  )
  assert.ok((codes as string[]).includes(outcome), `expected ${codes.join(' or ')}, got ${outcome}`)
}

/** Reads an iterable to its end. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
