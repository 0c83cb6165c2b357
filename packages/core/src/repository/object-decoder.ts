import { decompress } from '../compression/decompress.ts'
import { offsetNonce, unseal } from '../encryption/sealing.ts'
import { objectAssociatedData } from '../format/associated-data.ts'
import { damaged } from '../format/format-version.ts'
import { decodeObjectHeader, type ObjectHeader } from '../format/object-header.ts'
import type { ObjectCopy } from './object-copy.ts'
import type { PackReader } from './pack-reader.ts'
import type { RepositoryContext } from './repository-context.ts'
import { packFile } from './repository-files.ts'

/** An object's header and payload, decrypted and authenticated. */
export interface OpenedObject {
  readonly header: ObjectHeader
  readonly payload: Buffer
}

/** Decrypts a sealed object and checks that it is the one that `copy` says. Throws `DamagedError`. */
export function openObject(
  context: RepositoryContext,
  packs: PackReader,
  copy: ObjectCopy,
  sealed: Buffer,
): OpenedObject {
  const name = packFile(copy.pack.id)
  const associated = objectAssociatedData(context.repositoryId, copy.kind, copy.id)
  const plain = unseal(packs.key(copy.pack.id), offsetNonce(copy.offset), associated, sealed, name)
  const decoded = decodeObjectHeader(plain)
  // Authentic, so it was written so: by a writer with an error, or with a list of encodings that is longer than ours.
  if (decoded === undefined || (decoded.header.delta?.version ?? 0) !== copy.version) {
    throw damaged(`${name} is damaged: an object's header does not fit its index entry`)
  }
  return { header: decoded.header, payload: plain.subarray(decoded.payloadOffset) }
}

/** The plaintext of an opened object; `base` is the plaintext of a delta's base. Throws `DamagedError`. */
export function decodeObject(copy: ObjectCopy, { header, payload }: OpenedObject, base: Buffer | undefined): Buffer {
  const plain = decompress(header.encoding, payload, header.plainBytes, base)
  if (plain === undefined) throw damaged(`${packFile(copy.pack.id)} is damaged: an object does not decompress`)
  return plain
}
