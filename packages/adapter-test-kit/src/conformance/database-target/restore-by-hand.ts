import type {
  DatabaseTarget,
  ReadPoint,
  RecordOperation,
  RestoreMode,
  RestoreRequest,
  RestoreSession,
} from '@dbsnap/core/ports'
import { formOf } from '../database-source/copy-text-form.ts'
import { everything, readBytes, readCopies, withReadPoint } from '../database-source/read-collection.ts'
import type { DatabaseTargetFixture } from './database-target-fixture.ts'

/** A request for everything that a read point holds. */
export function requestFor(point: ReadPoint, mode: RestoreMode): RestoreRequest {
  const collections = point.collections.map((layout) => ({
    ...layout,
    records: layout.estimatedRecords,
    bytes: layout.estimatedBytes,
  }))
  return {
    mode,
    whole: true,
    collections,
    schema: { ...point.schema, objects: [...point.schema.objects] },
    details: point.facts.details,
    onWarning: () => {},
  }
}

/** Opens a restore, hands it over, and aborts it where `use` or the restore fails. */
export async function withRestore(
  target: DatabaseTarget,
  request: RestoreRequest,
  use: (session: RestoreSession) => Promise<void>,
): Promise<void> {
  const session = await target.openRestore(request)
  try {
    await use(session)
  } finally {
    await session.abort()
  }
}

/** Copies everything of a read point into an empty target. */
export async function createAll(target: DatabaseTarget, point: ReadPoint): Promise<void> {
  await withRestore(target, requestFor(point, 'create'), async (session) => {
    for (const { name } of point.collections) await session.load(name, readCopies(point, name))
    await session.commit()
  })
}

/** Every collection's records, each as text; in the source's order, or sorted where there is no key. */
export async function contentsOf(
  fixture: Pick<DatabaseTargetFixture, 'form'>,
  point: ReadPoint,
): Promise<Record<string, string[]>> {
  const contents: Record<string, string[]> = {}
  for (const { name, key } of point.collections) {
    const records = formOf(fixture)
      .split(await readBytes(point, name))
      .map((record) => record.toString('latin1'))
    contents[name] = key.length === 0 ? records.sort() : records
  }
  return contents
}

/** What a database holds now. */
export function contentsNow(
  fixture: Pick<DatabaseTargetFixture, 'form' | 'target'>,
): Promise<Record<string, string[]>> {
  return withReadPoint(fixture.target, everything, (point) => contentsOf(fixture, point))
}

/** Rows of a collection as `contentsOf` shows them. */
export function contentsLike(
  fixture: Pick<DatabaseTargetFixture, 'form'>,
  collection: string,
  rows: readonly (readonly (string | null)[])[],
): string[] {
  return rows.map((row) => formOf(fixture).encode(collection, row).toString('latin1'))
}

/** Operations on rows of a collection made by the fixture. */
export async function* operations(
  fixture: Pick<DatabaseTargetFixture, 'form'>,
  collection: string,
  ...list: readonly (readonly [RecordOperation['operation'], ...(string | null)[]])[]
): AsyncGenerator<RecordOperation> {
  for (const [operation, ...row] of list) yield { operation, record: formOf(fixture).encode(collection, row) }
}
