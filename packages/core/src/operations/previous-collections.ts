import type { SnapshotCollection, SnapshotManifest } from '../format/snapshot-manifest.ts'
import type { SnapshotCatalog } from '../repository/snapshot-catalog.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'

/** What a new snapshot may rest on: for each collection its latest state in a snapshot of the same source. */
export interface PreviousCollections {
  readonly collections: ReadonlyMap<string, SnapshotCollection>
  readonly schema: readonly ObjectId[]
  /** The snapshots that they are of. */
  readonly snapshots: readonly SnapshotId[]
}

/** Snapshots of parts of a source (a safety snapshot of one table) must not make the others' history end: look back this far. */
const LOOK_BACK = 4

/**
 * Looks for the collections that are `wanted` through the newest snapshots of the source, and no further than it must. A
 * damaged one is passed over: nothing needs a base.
 */
export async function previousCollections(
  catalog: SnapshotCatalog,
  label: string,
  wanted: readonly { readonly name: string }[],
): Promise<PreviousCollections> {
  const summaries = (await catalog.list()).snapshots.filter((snapshot) => snapshot.source.label === label)
  const collections = new Map<string, SnapshotCollection>()
  const missing = new Set(wanted.map(({ name }) => name))
  const snapshots: SnapshotId[] = []
  let schema: readonly ObjectId[] = []
  for (const { id } of summaries.slice(0, LOOK_BACK)) {
    const manifest = await catalog.load(id).catch((): SnapshotManifest | undefined => undefined)
    if (manifest === undefined) continue
    snapshots.push(id)
    if (schema.length === 0) schema = manifest.schema
    for (const collection of manifest.collections) {
      if (missing.delete(collection.layout.name)) collections.set(collection.layout.name, collection)
    }
    if (missing.size === 0) break
  }
  return { collections, schema, snapshots }
}
