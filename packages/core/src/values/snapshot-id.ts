import type { Brand } from './brand.ts'

/** Name of a snapshot: 32 lower-case hex digits, random. People use any unique prefix of it. */
export type SnapshotId = Brand<string, 'SnapshotId'>

const PATTERN = /^[0-9a-f]{32}$/

/** Reads a snapshot id; throws `TypeError` on anything but 32 lower-case hex digits. */
export function parseSnapshotId(text: string): SnapshotId {
  if (!PATTERN.test(text)) throw new TypeError('a snapshot id is 32 lower-case hex digits')
  return text as SnapshotId
}
