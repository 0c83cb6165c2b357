import { compareFields } from '../records/changed-fields.ts'
import type { CollectionLayout } from '../values/collection.ts'

/** Whether two records of one key, whose bytes differ, hold the same values in all columns. */
export function hasEqualValues(
  left: CollectionLayout | undefined,
  right: CollectionLayout | undefined,
): (left: Buffer, right: Buffer) => boolean {
  if (left === undefined || right === undefined) return () => false
  const compare = compareFields(left, right)
  return (a, b) => compare(a, b).length === 0
}
