import { compareFields } from '../records/changed-fields.ts'
import type { CollectionLayout } from '../values/collection.ts'
import type { DiffOperand } from './diff-operand.ts'

/** Whether two records of one key, whose bytes differ, hold the same values in all columns. Both sides have the collection. */
export function hasEqualValues(
  collection: string,
  left: DiffOperand,
  right: DiffOperand,
): (left: Buffer, right: Buffer) => boolean {
  // A restore writes a document in which the order of fields is another: its proof compares bytes.
  if (left.collections.get(collection)?.format === 'bson') return () => false
  const layoutIn = ({ collections }: DiffOperand) => collections.get(collection) as CollectionLayout
  const compare = compareFields(layoutIn(left), layoutIn(right))
  return (a, b) => compare(a, b).length === 0
}
