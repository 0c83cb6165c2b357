import type {
  DatabaseTarget,
  ReadPoint,
  RecordOperation,
  RestoreMode,
  RestoreRequest,
  RestoreSession,
} from '@dbsnap/core/ports'
import { splitRecords } from '../../fakes/copy-text.ts'
import { everything, readBytes, readCopies, withReadPoint } from '../database-source/read-collection.ts'

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
export async function contentsOf(point: ReadPoint): Promise<Record<string, string[]>> {
  const contents: Record<string, string[]> = {}
  for (const { name, key } of point.collections) {
    const records = splitRecords(await readBytes(point, name)).map((record) => record.toString('latin1'))
    contents[name] = key.length === 0 ? records.sort() : records
  }
  return contents
}

/** What a database holds now. */
export function contentsNow(database: DatabaseTarget): Promise<Record<string, string[]>> {
  return withReadPoint(database, everything, contentsOf)
}

export async function* operations(
  ...list: readonly (readonly [RecordOperation['operation'], string])[]
): AsyncGenerator<RecordOperation> {
  for (const [operation, record] of list) yield { operation, record: Buffer.from(record, 'latin1') }
}
