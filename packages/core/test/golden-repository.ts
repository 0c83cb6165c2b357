import type { ObjectStore } from '../src/ports/object-store.ts'
import { type CreateObjectRepositoryOptions, createObjectRepository, writeDocument } from '../src/repository/index.ts'
import { memory } from '../src/stores/memory-store.ts'
import type { ObjectId, ObjectKind, SnapshotId } from '../src/values/index.ts'
import { changed, manifest, rows, storeChunk, system, writing } from './object-layer.ts'

export const GOLDEN_SNAPSHOTS = ['1', '2'].map((digit) => digit.repeat(32) as SnapshotId) as [SnapshotId, SnapshotId]

/** One object of the golden repository, and the plaintext it must yield. */
export interface GoldenObject {
  readonly kind: ObjectKind
  readonly id: ObjectId
  readonly plaintext: Buffer
}

/**
 * Two snapshots, written by two writers from one seed: the first of chunks, a node and a document, stored whole; the second of
 * deltas of them (`deltas: false`: of other chunks). The same objects on every run.
 */
export async function makeGoldenRepository(
  compression: NonNullable<CreateObjectRepositoryOptions['compression']>,
  deltas: boolean,
): Promise<{ store: ObjectStore; objects: GoldenObject[] }> {
  const store = memory()
  const repository = await createObjectRepository(store, { ...system('golden'), compression })
  const objects: GoldenObject[] = []
  const chunks = [Buffer.from('1\t\\N\tgrüße\n2\tnew\t\\\\\n'), rows(3, 'second'), rows(40, 'third')]
  const newer = chunks.map((chunk) => changed(chunk, 1, 'refunded'))
  for (const [round, [first, second]] of [
    [chunks, '2026-01-01T00:00:00.000Z'] as const,
    [newer, '2026-01-02T00:00:00.000Z'] as const,
  ].entries()) {
    await writing(repository, async (writer) => {
      for (const [i, plaintext] of first.entries()) {
        const base = deltas && round > 0 ? objects[i]?.id : undefined
        objects.push({ kind: 'chunk', id: await storeChunk(writer, plaintext, base), plaintext })
      }
      const node = Buffer.from(objects.map(({ id }) => id).join(''), 'hex')
      await writer.store('node', writer.identify(node), node)
      objects.push({ kind: 'node', id: writer.identify(node), plaintext: node })
      const [document] = await writeDocument(writer, { version: 1, engine: 'postgres', objects: [round] })
      await writer.flush()
      const plaintext = await writer.read('document', document as ObjectId)
      objects.push({ kind: 'document', id: document as ObjectId, plaintext })
    })
    const id = GOLDEN_SNAPSHOTS[round] as SnapshotId
    const schema = objects.filter(({ kind }) => kind === 'document').slice(-1)
    const parent = round === 0 ? {} : { parent: GOLDEN_SNAPSHOTS[0] }
    await repository.snapshots.put({ ...manifest(id, second), ...parent, schema: schema.map((object) => object.id) })
  }
  return { store, objects }
}
