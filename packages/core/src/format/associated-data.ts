import type { ObjectId } from '../values/object-id.ts'
import { OBJECT_KINDS, type ObjectKind } from '../values/object-kind.ts'
import { FORMAT_VERSION } from './format-version.ts'

/**
 * What is authenticated beside the ciphertext, so that no sealed part can stand in for another. `repositoryId` is 16 bytes;
 * which file it is, the file's own key says.
 */
export function objectAssociatedData(repositoryId: Buffer, kind: ObjectKind, id: ObjectId): Buffer {
  return Buffer.concat([
    Buffer.from([FORMAT_VERSION]),
    repositoryId,
    Buffer.from([OBJECT_KINDS[kind]]),
    Buffer.from(id, 'hex'),
  ])
}

/** Of the parts of packs and index files that are not objects. */
export function partAssociatedData(repositoryId: Buffer, part: 'directory' | 'block' | 'footer'): Buffer {
  return Buffer.concat([Buffer.from([FORMAT_VERSION]), repositoryId, Buffer.from(part, 'latin1')])
}

/** Of the parts of a manifest or condemned list. */
export function documentAssociatedData(repositoryId: Buffer, fileId: Buffer, magic: string, part: number): Buffer {
  const head = Buffer.concat([Buffer.from([FORMAT_VERSION]), repositoryId, fileId])
  return Buffer.concat([head, Buffer.from(magic, 'latin1'), Buffer.from([part])])
}
