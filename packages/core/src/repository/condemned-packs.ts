import * as z from 'zod'
import { deriveFileKey } from '../encryption/repository-keys.ts'
import { type DbSnapError, isDbSnapError } from '../errors/dbsnap-error.ts'
import { damaged } from '../format/format-version.ts'
import {
  type DocumentFile,
  decodeSealedDocument,
  encodeSealedDocument,
  firstPartEnd,
} from '../format/sealed-document-codec.ts'
import type { StoredFile } from '../ports/object-store.ts'
import type { RepositoryContext } from './repository-context.ts'
import { CONDEMNED_PREFIX, FILE_ID_BYTES, fileId } from './repository-files.ts'
import { unlessGone } from './unless-gone.ts'

/** What a mark says. Rewritten as the deletion it announces goes on; each state may only say less than the one before. */
export interface CondemnedList {
  /** Ids of packs that are about to be deleted. A writer treats what lies in them as absent. */
  readonly packs: readonly string[]
  /**
   * Writers and roots that may rest on these packs: writers registered and roots there after the mark was put, but for the roots that were walked. Absent until
   * they were listed: then any may.
   */
  readonly before?: readonly string[]
  /** Writers of `before` that were at work when last looked. None: the grace period runs from the time of the file. */
  readonly waiting?: readonly string[]
}

/** A mark as it lies in the store. */
export interface CondemnedMark extends CondemnedList {
  /** 32 hex digits. */
  readonly id: string
  /** By the store's clock, of its last change. */
  readonly modified: Date
}

const id = z.string().regex(/^[0-9a-f]{32}$/)
const listSchema = z.strictObject({
  packs: z.array(id),
  before: z.array(id).exactOptional(),
  waiting: z.array(id).exactOptional(),
})

/**
 * All marks. Fails with `DamagedError`, for an unreadable mark must stop a writer; unless there is `onDamage`, which is told of
 * each.
 */
export async function readMarks(
  context: RepositoryContext,
  onDamage?: (key: string, error: DbSnapError) => void,
): Promise<CondemnedMark[]> {
  const marks: CondemnedMark[] = []
  for await (const stored of context.store.list(CONDEMNED_PREFIX)) {
    try {
      const mark = await readMark(context, stored)
      if (mark !== undefined) marks.push(mark)
    } catch (error) {
      if (onDamage === undefined || !isDbSnapError(error) || error.code !== 'DAMAGED') throw error
      onDamage(stored.key, error)
    }
  }
  return marks
}

/** undefined where it is none of ours, or a prune that ended while we listed has taken it away. */
async function readMark(context: RepositoryContext, { key, modified }: StoredFile): Promise<CondemnedMark | undefined> {
  const id = fileId(key)
  const bytes = id === undefined ? undefined : await unlessGone(context.store.get(key))
  if (id === undefined || bytes === undefined) return undefined
  const file = markFile(context, id)
  if (firstPartEnd(file, bytes) !== bytes.length) throw damaged(`${key} is damaged: its size does not fit`)
  return { id, modified, ...listSchema.parse(decodeSealedDocument(file, bytes, 0)) }
}

/** Marks packs: every writer that registers from now on treats what lies in them as absent. Resolves with the mark's id. */
export async function condemnPacks(context: RepositoryContext, packs: readonly string[]): Promise<string> {
  const id = context.randomness.bytes(FILE_ID_BYTES).toString('hex')
  await putMark(context, id, { packs })
  return id
}

/** Puts a mark, or what it says from now on. */
export async function putMark(context: RepositoryContext, id: string, list: CondemnedList): Promise<void> {
  const file = markFile(context, id)
  await context.store.put(file.name, encodeSealedDocument(file, [list], context.randomness))
}

/** Takes a mark away. Quiet where it is gone. */
export async function removeMark(context: RepositoryContext, id: string): Promise<void> {
  await context.store.delete(CONDEMNED_PREFIX + id)
}

function markFile(context: RepositoryContext, id: string): DocumentFile {
  const fileId = Buffer.from(id, 'hex')
  const key = deriveFileKey(context.keys.manifest, fileId, 'manifest file')
  return { magic: 'DBSC', key, repositoryId: context.repositoryId, fileId, name: CONDEMNED_PREFIX + id }
}
