import type { SnapshotManifest } from '../../src/format/snapshot-manifest.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { memory } from '../../src/stores/memory-store.ts'
import type { SnapshotId } from '../../src/values/snapshot-id.ts'
import { manifest, reopen } from '../object-layer.ts'
import { createRepository } from './memory-repository.ts'

/** An id that begins with `digits`. */
export const idOf = (digits: string): SnapshotId => digits.padEnd(32, '0') as SnapshotId

/** A snapshot of a day in March 2026, at noon. */
export function dayInMarch(digits: string, day: number, changes: Partial<SnapshotManifest> = {}): SnapshotManifest {
  return { ...manifest(idOf(digits), `2026-03-${String(day).padStart(2, '0')}T12:00:00.000Z`), tags: {}, ...changes }
}

/** A repository that holds snapshots without any content. */
export async function storeOf(
  manifests: readonly SnapshotManifest[],
  store: ObjectStore = memory(),
): Promise<ObjectStore> {
  await createRepository(store)
  const { snapshots } = await reopen(store)
  for (const one of manifests) await snapshots.put(one)
  return store
}
