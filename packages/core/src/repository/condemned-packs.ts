import * as z from 'zod'
import { deriveFileKey } from '../encryption/repository-keys.ts'
import { isDbSnapError } from '../errors/dbsnap-error.ts'
import { damaged } from '../format/format-version.ts'
import {
  type DocumentFile,
  decodeSealedDocument,
  encodeSealedDocument,
  firstPartEnd,
} from '../format/sealed-document-codec.ts'
import type { RepositoryDamage } from './check-repository.ts'
import type { RepositoryContext } from './repository-context.ts'
import { CONDEMNED_PREFIX, FILE_ID_BYTES, fileId } from './repository-files.ts'

const condemnedSchema = z.strictObject({ packs: z.array(z.string().regex(/^[0-9a-f]{32}$/)) })

/** Ids of all packs that some prune is about to delete. Fails with `DamagedError`: an unreadable mark must stop a writer. */
export async function readCondemnedPacks(context: RepositoryContext): Promise<Set<string>> {
  const packs = new Set<string>()
  for await (const { key } of context.store.list(CONDEMNED_PREFIX)) {
    for (const pack of await readMark(context, key)) packs.add(pack)
  }
  return packs
}

/** Marks that cannot be read, each of which stops every writer. */
export async function condemnedDamage(context: RepositoryContext): Promise<RepositoryDamage[]> {
  const damage: RepositoryDamage[] = []
  for await (const { key } of context.store.list(CONDEMNED_PREFIX)) {
    try {
      await readMark(context, key)
    } catch (error) {
      if (!isDbSnapError(error) || error.code !== 'DAMAGED') throw error
      damage.push({ file: key, problem: `${error.message}; no snapshot can be taken while it lies there`, objects: 0 })
    }
  }
  return damage
}

async function readMark(context: RepositoryContext, key: string): Promise<readonly string[]> {
  const id = fileId(key)
  const bytes = id === undefined ? undefined : await unlessGone(context.store.get(key))
  if (id === undefined || bytes === undefined) return []
  const file = condemnedFile(context, Buffer.from(id, 'hex'))
  if (firstPartEnd(file, bytes) !== bytes.length) throw damaged(`${key} is damaged: its size does not fit`)
  return condemnedSchema.parse(decodeSealedDocument(file, bytes, 0)).packs
}

/** Marks packs: every writer that registers from now on treats what lies in them as absent. Resolves with the mark's id. */
export async function condemnPacks(context: RepositoryContext, packs: readonly string[]): Promise<string> {
  const id = context.randomness.bytes(FILE_ID_BYTES)
  const file = condemnedFile(context, id)
  await context.store.put(file.name, encodeSealedDocument(file, [{ packs }], context.randomness))
  return id.toString('hex')
}

function condemnedFile(context: RepositoryContext, id: Buffer): DocumentFile {
  const key = deriveFileKey(context.keys.manifest, id, 'manifest file')
  const name = CONDEMNED_PREFIX + id.toString('hex')
  return { magic: 'DBSC', key, repositoryId: context.repositoryId, fileId: id, name }
}

/** A prune that ended while we listed has taken its mark away. */
async function unlessGone(bytes: Promise<Buffer>): Promise<Buffer | undefined> {
  try {
    return await bytes
  } catch (error) {
    if (isDbSnapError(error) && error.code === 'STORE_KEY_MISSING') return undefined
    throw error
  }
}
