import type { SnapshotCollection } from '../format/snapshot-manifest.ts'
import type { TreeRoot } from '../record-tree/tree-root.ts'

/** A collection of a snapshot as a tree to walk; null where it is empty. */
export function rootOf(collection: SnapshotCollection): TreeRoot | null {
  const { root, records, bytes } = collection
  return root === null ? null : { ...root, records, bytes }
}
