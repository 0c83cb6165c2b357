import type { ObjectId } from '../values/object-id.ts'

/** A whole tree, as a manifest names it. A collection without records has none. */
export interface TreeRoot {
  /** The root node. */
  readonly id: ObjectId
  /** Level of the root node; 0: it is a leaf node, whose entries are chunks. */
  readonly height: number
  readonly records: number
  /** Plain bytes of the records. */
  readonly bytes: number
}
