import type { Brand } from './brand.ts'

/** Name of a stored diff: 32 lower-case hex digits, random. People use any unique prefix of it. */
export type DiffId = Brand<string, 'DiffId'>

const PATTERN = /^[0-9a-f]{32}$/

/** Reads the id of a stored diff; throws `TypeError` on anything but 32 lower-case hex digits. */
export function parseDiffId(text: string): DiffId {
  if (!PATTERN.test(text)) throw new TypeError('the id of a diff is 32 lower-case hex digits')
  return text as DiffId
}
