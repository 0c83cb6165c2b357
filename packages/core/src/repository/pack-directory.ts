import { deriveFileKey } from '../encryption/repository-keys.ts'
import { offsetNonce, TAG_BYTES, unseal } from '../encryption/sealing.ts'
import { partAssociatedData } from '../format/associated-data.ts'
import { damaged, FILE_HEADER_BYTES, requireFileHeader } from '../format/format-version.ts'
import { decodePackDirectory, decodePackTrailer, PACK_TRAILER_BYTES, type PackEntry } from '../format/pack-codec.ts'
import type { RepositoryContext } from './repository-context.ts'
import { packFile } from './repository-files.ts'

/** Bytes read from the end of a pack: the directory of 2 500 objects; a pack of whole chunks has 750. */
const TAIL_BYTES = 64 * 1024

/**
 * What a pack itself says it holds, authenticated; header, directory and trailer together account for every byte that is not in
 * an object. Throws `DamagedError` or `NewerFormatError`.
 */
export async function readPackDirectory(context: RepositoryContext, id: string, size: number): Promise<PackEntry[]> {
  const name = packFile(id)
  if (size < FILE_HEADER_BYTES + TAG_BYTES + PACK_TRAILER_BYTES) throw damaged(`${name} is damaged: it is cut`)
  const get = (offset: number): Promise<Buffer> => context.store.get(name, { range: { offset, length: size - offset } })
  const header = await context.store.get(name, { range: { offset: 0, length: FILE_HEADER_BYTES } })
  requireFileHeader(header, 'DBSP', name)
  const tailAt = Math.max(0, size - TAIL_BYTES)
  let tail = await get(tailAt)
  const sealedBytes = decodePackTrailer(tail.subarray(tail.length - PACK_TRAILER_BYTES), name)
  const offset = size - PACK_TRAILER_BYTES - sealedBytes
  if (offset < FILE_HEADER_BYTES) throw damaged(`${name} is damaged: its directory does not fit its size`)
  if (offset < tailAt) tail = await get(offset)
  const end = tail.length - PACK_TRAILER_BYTES
  const key = deriveFileKey(context.keys.data, Buffer.from(id, 'hex'), 'pack')
  const associated = partAssociatedData(context.repositoryId, 'directory')
  const directory = unseal(key, offsetNonce(offset), associated, tail.subarray(end - sealedBytes, end), name)
  return decodePackDirectory(directory, FILE_HEADER_BYTES, offset, name)
}
