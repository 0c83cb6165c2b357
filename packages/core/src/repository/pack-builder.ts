import type { KeyObject } from 'node:crypto'
import { deriveFileKey } from '../encryption/repository-keys.ts'
import { offsetNonce, seal } from '../encryption/sealing.ts'
import { objectAssociatedData, partAssociatedData } from '../format/associated-data.ts'
import { encodeFileHeader } from '../format/format-version.ts'
import { encodeObjectHeader, type ObjectHeader } from '../format/object-header.ts'
import { encodePackDirectory, encodePackTrailer, type PackEntry } from '../format/pack-codec.ts'
import { freeBacking, freeBuffer } from '../values/free-buffer.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { ObjectKind } from '../values/object-kind.ts'
import type { RepositoryContext } from './repository-context.ts'
import { FILE_ID_BYTES } from './repository-files.ts'
import { SegmentedBuffer } from './segmented-buffer.ts'

/** An object ready to be packed. */
export interface EncodedObject {
  readonly kind: ObjectKind
  readonly id: ObjectId
  readonly header: ObjectHeader
  readonly payload: Buffer
}

/** The bytes of one pack, growing. */
export class PackBuilder {
  readonly id: string
  readonly entries: PackEntry[] = []
  readonly #context: RepositoryContext
  readonly #key: KeyObject
  readonly #bytes = new SegmentedBuffer()

  constructor(context: RepositoryContext) {
    const id = context.randomness.bytes(FILE_ID_BYTES)
    this.id = id.toString('hex')
    this.#context = context
    this.#key = deriveFileKey(context.keys.data, id, 'pack')
    this.#bytes.append(encodeFileHeader('DBSP'))
  }

  get size(): number {
    return this.#bytes.length
  }

  /** Seals an object behind the others. A compressed payload is used up. */
  append({ kind, id, header, payload }: EncodedObject): PackEntry {
    const offset = this.#bytes.length
    const associated = objectAssociatedData(this.#context.repositoryId, kind, id)
    const sealed = seal(this.#key, offsetNonce(offset), associated, [encodeObjectHeader(header), payload])
    this.#bytes.append(sealed.ciphertext)
    this.#bytes.append(sealed.tag)
    freeBuffer(sealed.ciphertext)
    // What is stored plain is the caller's own.
    if (header.encoding !== 'plain') freeBacking(payload)
    const entry = { id, kind, version: header.delta?.version ?? 0, offset, length: this.#bytes.length - offset }
    this.entries.push(entry)
    return entry
  }

  /** Adds directory and trailer, and gives all bytes of the pack. */
  finish(): Buffer[] {
    const offset = this.#bytes.length
    const associated = partAssociatedData(this.#context.repositoryId, 'directory')
    const directory = seal(this.#key, offsetNonce(offset), associated, [encodePackDirectory(this.entries)])
    this.#bytes.append(directory.ciphertext)
    this.#bytes.append(directory.tag)
    this.#bytes.append(encodePackTrailer(this.#bytes.length - offset))
    return this.#bytes.parts()
  }
}
