import type { DatabaseSource, ReadPoint, ReadPointOptions } from '@dbsnap/core/ports'
import { formOf } from './copy-text-form.ts'
import type { DatabaseSourceFixture } from './database-source-fixture.ts'

/** Options of a law that chooses everything and expects no warning to matter. */
export const everything: ReadPointOptions = { concurrency: 2, onWarning: () => {} }

/** The whole bytes of a collection. */
export async function readBytes(point: ReadPoint, collection: string): Promise<Buffer> {
  const parts: Buffer[] = []
  // Copied at once: a source may use a buffer again when the loop asks for the next.
  for await (const part of point.read(collection)) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

/** The same buffers, each a copy: for who keeps them, as a target does that is still sending. */
export async function* readCopies(point: ReadPoint, collection: string): AsyncGenerator<Buffer, void, undefined> {
  for await (const part of point.read(collection)) yield Buffer.from(part)
}

/** The values of all records of a collection, as UTF-8 text. */
export async function readRows(
  fixture: Pick<DatabaseSourceFixture, 'form'>,
  point: ReadPoint,
  collection: string,
): Promise<(string | null)[][]> {
  const form = formOf(fixture)
  return form.split(await readBytes(point, collection)).map((record) => form.decode(collection, record))
}

/** Opens a read point, hands it over and closes it, whatever happens. */
export async function withReadPoint<T>(
  source: DatabaseSource,
  options: ReadPointOptions,
  use: (point: ReadPoint) => Promise<T>,
): Promise<T> {
  const point = await source.openReadPoint(options)
  try {
    return await use(point)
  } finally {
    await point.close()
  }
}
