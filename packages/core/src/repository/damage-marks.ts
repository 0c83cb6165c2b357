import * as z from 'zod'
import { deriveFileKey } from '../encryption/repository-keys.ts'
import { type DocumentFile, decodeSealedDocument, encodeSealedDocument } from '../format/sealed-document-codec.ts'
import { isUnreadable } from './packed-object-reader.ts'
import type { RepositoryContext } from './repository-context.ts'
import { DAMAGED_PREFIX, FILE_ID_BYTES, fileId } from './repository-files.ts'

/** Where a copy of an object lies that cannot be read. */
export interface DamagedPlace {
  /** 32 hex digits. */
  readonly pack: string
  readonly offset: number
}

/** Places of one mark: 2 MB of JSON. */
const PLACES_PER_MARK = 50_000

const markSchema = z.strictObject({
  copies: z.array(z.strictObject({ pack: z.string().regex(/^[0-9a-f]{32}$/), offset: z.int().nonnegative() })),
})

/** What other processes have found. A mark that cannot be read is passed over: the next check finds the damage again. */
export async function readDamageMarks(context: RepositoryContext): Promise<{ ids: string[]; places: DamagedPlace[] }> {
  const ids: string[] = []
  const places: DamagedPlace[] = []
  for await (const { key } of context.store.list(DAMAGED_PREFIX)) {
    const id = fileId(key)
    if (id === undefined) continue
    ids.push(id)
    try {
      const json = decodeSealedDocument(markFile(context, Buffer.from(id, 'hex')), await context.store.get(key), 0)
      places.push(...markSchema.parse(json).copies)
    } catch (error) {
      if (!isUnreadable(error)) throw error
    }
  }
  return { ids, places }
}

/**
 * Tells other processes of damaged copies, so that the next take stores those objects again. `complete`: these are all there are,
 * so older marks are replaced, or removed where there is nothing left to say.
 */
export async function rememberDamage(
  context: RepositoryContext,
  places: readonly DamagedPlace[],
  { complete }: { readonly complete: boolean },
): Promise<void> {
  const { ids, places: known } = await readDamageMarks(context)
  const names = new Set(known.map(placeName))
  const fresh = places.filter((place) => !names.has(placeName(place)))
  const isStale = complete && (fresh.length > 0 || names.size > places.length || ids.length > known.length)
  const told = isStale ? places : fresh
  for (let at = 0; at < told.length; at += PLACES_PER_MARK) {
    const id = context.randomness.bytes(FILE_ID_BYTES)
    const file = markFile(context, id)
    const copies = told.slice(at, at + PLACES_PER_MARK)
    await context.store.put(file.name, encodeSealedDocument(file, [{ copies }], context.randomness))
  }
  // What was said before is said again by now.
  if (isStale) for (const id of ids) await context.store.delete(DAMAGED_PREFIX + id)
}

/** Marks no longer what lay in packs that are deleted. */
export async function forgetDamage(context: RepositoryContext, packs: ReadonlySet<string>): Promise<void> {
  const { places } = await readDamageMarks(context)
  const left = places.filter(({ pack }) => !packs.has(pack))
  if (left.length < places.length) await rememberDamage(context, left, { complete: true })
}

/** One text for one place. */
export function placeName({ pack, offset }: DamagedPlace): string {
  return `${pack}/${offset}`
}

function markFile(context: RepositoryContext, id: Buffer): DocumentFile {
  const key = deriveFileKey(context.keys.manifest, id, 'manifest file')
  const name = DAMAGED_PREFIX + id.toString('hex')
  return { magic: 'DBSX', key, repositoryId: context.repositoryId, fileId: id, name }
}
