import { UnknownCollectionError } from '../errors/unknown-collection-error.ts'
import type { SnapshotCollection, SnapshotManifest, SnapshotSummary } from '../format/snapshot-manifest.ts'
import type { CollectionChoice, DatabaseSource, ReadPoint } from '../ports/database-source.ts'
import { readSchema, readSchemaObjects } from '../repository/schema-document.ts'
import type { CollectionLayout } from '../values/collection.ts'
import { chooseByName } from '../values/name-pattern.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { SchemaDocument } from '../values/schema.ts'
import type { SchemaObjects } from './diff-schema.ts'
import type { OperationContext } from './operation-context.ts'

/** One of the two things that are compared: a snapshot, or a live database at a read point. */
export interface DiffOperand {
  readonly collections: ReadonlyMap<string, CollectionLayout>
  /** Where it is a snapshot: the segments of its schema. Equal ones are equal schemas. */
  readonly storedSchema: readonly ObjectId[] | undefined
  /** Read when they are asked for, each time anew. */
  readonly schemaObjects: () => SchemaObjects
  /** Where it is a snapshot: what its manifest says of the collection. */
  stored(name: string): SnapshotCollection | undefined
  /** Where it is live. */
  readonly live: ReadPoint | undefined
  /** Which snapshot it is; undefined where it is live. */
  readonly snapshot: SnapshotSummary | undefined
  close(): Promise<void>
}

/** Reads the schema of a snapshot. */
export function schemaOf(context: OperationContext, manifest: SnapshotManifest): Promise<SchemaDocument> {
  return readSchema(context.objects.reader, manifest.schema)
}

export function snapshotOperand(context: OperationContext, manifest: SnapshotManifest): DiffOperand {
  const stored = new Map(manifest.collections.map((collection) => [collection.layout.name, collection]))
  return {
    collections: new Map(manifest.collections.map(({ layout }) => [layout.name, layout])),
    storedSchema: manifest.schema,
    schemaObjects: () => readSchemaObjects(context.objects.reader, manifest.schema),
    stored: (name) => stored.get(name),
    live: undefined,
    snapshot: manifest,
    close: async () => {},
  }
}

export function liveOperand(readPoint: ReadPoint, close: () => Promise<void>): DiffOperand {
  return {
    collections: new Map(readPoint.collections.map((collection) => [collection.name, collection])),
    storedSchema: undefined,
    schemaObjects: () => readPoint.schema.objects,
    stored: () => undefined,
    live: readPoint,
    snapshot: undefined,
    close,
  }
}

/** Opens a read point on a whole database: what is chosen is chosen from both sides together, so that a table that only one side has is found. */
export async function openLive(source: DatabaseSource, signal: AbortSignal | undefined): Promise<DiffOperand> {
  const readPoint = await source.openReadPoint({
    concurrency: 1,
    onWarning: () => {},
    ...(signal === undefined ? {} : { signal }),
  })
  return liveOperand(readPoint, () => readPoint.close())
}

/** The chosen collections of either side, by name in byte order. Fails with `UnknownCollectionError` where a pattern fits none. */
export function chooseCollections(layouts: Iterable<CollectionLayout>, choice: CollectionChoice): string[] {
  const all = [...new Map([...layouts].map((layout) => [layout.name, layout])).values()]
  const { chosen, unmatched } = chooseByName(all, choice)
  if (unmatched.length > 0) {
    throw new UnknownCollectionError(`nothing is named ${unmatched.join(', ')}`, {
      hint: 'Check the spelling; a bare name matches in every schema, and * and ? are wildcards.',
      data: { unmatched: [...unmatched] },
    })
  }
  return chosen.map(({ name }) => name).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}
