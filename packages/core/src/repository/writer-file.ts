import * as z from 'zod'
import { deriveFileKey } from '../encryption/repository-keys.ts'
import { type DocumentFile, decodeSealedDocument } from '../format/sealed-document-codec.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import { isUnreadable } from './packed-object-reader.ts'
import type { RepositoryContext } from './repository-context.ts'
import { WRITERS_PREFIX } from './repository-files.ts'

/** What writers do. */
export const WRITER_OPERATIONS = ['take', 'copy', 'diff', 'index rebuild', 'forget', 'prune', 'unlock'] as const
/** One of them. */
export type WriterOperation = (typeof WRITER_OPERATIONS)[number]

/** What a writer says of itself: sealed, for it names machines. */
export interface WriterFacts {
  readonly operation: WriterOperation
  readonly host: string
  readonly pid: number
  /** By the writer's own clock: for people. */
  readonly started: string
  /** Milliseconds without a sign of life after which it may be declared dead. */
  readonly lease: number
}

const factsSchema = z.strictObject({
  operation: z.enum(WRITER_OPERATIONS),
  host: z.string(),
  pid: z.int().nonnegative(),
  started: z.iso.datetime(),
  lease: z.number().positive(),
})

export function writerFile(context: RepositoryContext, id: SnapshotId): DocumentFile {
  const fileId = Buffer.from(id, 'hex')
  const key = deriveFileKey(context.keys.manifest, fileId, 'manifest file')
  return { magic: 'DBSW', key, repositoryId: context.repositoryId, fileId, name: WRITERS_PREFIX + id }
}

/** undefined where they cannot be read: it counts as a writer all the same. */
export async function readWriterFacts(context: RepositoryContext, id: SnapshotId): Promise<WriterFacts | undefined> {
  const file = writerFile(context, id)
  try {
    return factsSchema.safeParse(decodeSealedDocument(file, await context.store.get(file.name), 0)).data
  } catch (error) {
    if (isUnreadable(error)) return undefined
    throw error
  }
}
