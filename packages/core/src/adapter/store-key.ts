import { UsageError } from '../errors/usage-error.ts'

const KEY = /^[a-z0-9._-]+(\/[a-z0-9._-]+)*$/
const PREFIX = /^([a-z0-9._-]+\/)*[a-z0-9._-]*$/
const DOTS = /(^|\/)\.{1,2}(\/|$)/

/** Whether `key` is a legal store key. */
export function isStoreKey(key: string): boolean {
  return KEY.test(key) && !DOTS.test(key)
}

/** Throws `UsageError` unless `key` is a legal store key. No legal key leads out of the store's folder. */
export function checkStoreKey(key: string): void {
  if (!isStoreKey(key)) throw illegal('key')
}

/** Throws `UsageError` unless some legal key could begin with `prefix`. The empty prefix is legal. */
export function checkStorePrefix(prefix: string): void {
  if (!PREFIX.test(prefix) || /(^|\/)\.{1,2}\//.test(prefix)) throw illegal('prefix')
}

function illegal(what: string): UsageError {
  return new UsageError(`this is not a legal store ${what}`, {
    hint: 'A key is made of segments of a-z, 0-9, dot, underscore and hyphen, joined by slashes; no segment is . or ..',
  })
}
