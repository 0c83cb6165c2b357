import * as z from 'zod'
import { deriveFileKey } from '../encryption/repository-keys.ts'
import { damaged } from '../format/format-version.ts'
import {
  type DocumentFile,
  decodeSealedDocument,
  encodeSealedDocument,
  firstPartEnd,
} from '../format/sealed-document-codec.ts'
import type { RepositoryContext } from './repository-context.ts'
import { CONDEMNED_PREFIX, FILE_ID_BYTES, fileId } from './repository-files.ts'
import { unlessGone } from './unless-gone.ts'

const condemnedSchema = z.strictObject({ packs: z.array(z.string().regex(/^[0-9a-f]{32}$/)) })

/** Ids of all packs that some prune is about to delete. Fails with `DamagedError`: an unreadable mark must stop a writer. */
export async function readCondemnedPacks(context: RepositoryContext): Promise<Set<string>> {
  const packs = new Set<string>()
  for await (const { key } of context.store.list(CONDEMNED_PREFIX)) {
    const id = fileId(key)
    if (id === undefined) continue
    // A prune that ended while we listed has taken its mark away.
    const bytes = await unlessGone(context.store.get(key))
    if (bytes === undefined) continue
    const file = condemnedFile(context, Buffer.from(id, 'hex'))
    if (firstPartEnd(file, bytes) !== bytes.length) throw damaged(`${key} is damaged: its size does not fit`)
    for (const pack of condemnedSchema.parse(decodeSealedDocument(file, bytes, 0)).packs) packs.add(pack)
  }
  return packs
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
