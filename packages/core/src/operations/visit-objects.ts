import { throwIfInterrupted } from '../errors/throw-if-interrupted.ts'
import type { SnapshotManifest } from '../format/snapshot-manifest.ts'
import type { ObjectReader } from '../ports/object-access.ts'
import type { ChunkEntry } from '../record-tree/chunk-entry.ts'
import { decodeSegments } from '../record-tree/segments-codec.ts'
import { TreeCursor } from '../record-tree/tree-cursor.ts'
import type { ObjectId } from '../values/object-id.ts'
import { rootOf } from './tree-root-of.ts'

/** Is told of every object that a snapshot names. */
export interface ObjectVisitor {
  /** A segment of a document or of a large record. */
  object(id: ObjectId): void
  /** Says whether what lies below is to be visited. */
  node(id: ObjectId): boolean
  /** Says whether its segments, if it has any, are to be visited. */
  chunk(entry: ChunkEntry): boolean
}

/** Walks the trees of a snapshot, nodes before what lies below them. Reads nodes and lists of segments, no chunk. */
export async function visitObjects(
  reader: ObjectReader,
  manifest: SnapshotManifest,
  visitor: ObjectVisitor,
  signal: AbortSignal | undefined,
  doing: string,
): Promise<void> {
  for (const id of manifest.schema) visitor.object(id)
  for (const collection of manifest.collections) {
    const cursor = new TreeCursor(reader, rootOf(collection))
    await cursor.open()
    for (let entry = cursor.entry; entry !== undefined; entry = cursor.entry) {
      throwIfInterrupted(signal, doing)
      if (cursor.level >= 0) {
        if (visitor.node(entry.id)) await cursor.descend()
        else cursor.skip()
        continue
      }
      if (visitor.chunk(entry) && entry.segmented) {
        const list = await reader.read('segments', entry.id)
        for (const id of decodeSegments(list, entry.id)) visitor.object(id)
      }
      cursor.skip()
    }
  }
}
