import { compress } from '../../compression/compress.ts'
import type { CompressionSettings } from '../../compression/compression-settings.ts'
import { DamagedError } from '../../errors/damaged-error.ts'
import { freeBacking } from '../../values/free-buffer.ts'
import { IndexWriter } from '../index-writer.ts'
import type { ObjectCopy } from '../object-copy.ts'
import type { ObjectIndex } from '../object-index.ts'
import type { EncodedObject } from '../pack-builder.ts'
import { PackWriter } from '../pack-writer.ts'
import { isUnreadable, type PackedObjectReader } from '../packed-object-reader.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { sampleObjects } from '../sample-objects.ts'
import type { CopyTable } from './copy-table.ts'

/** Share of the moved objects that is read back from the store before the packs they came from are marked. */
const SAMPLED = 0.01

export interface MoveParts {
  readonly context: RepositoryContext
  readonly index: ObjectIndex
  readonly reader: PackedObjectReader
  readonly table: CopyTable
  readonly compression: CompressionSettings
  readonly packBytes: number
  readonly signal: AbortSignal | undefined
}

/** What was moved. */
export interface Moved {
  /** Packs of which everything that is needed lies elsewhere, too. */
  readonly packs: ReadonlySet<string>
  readonly objects: number
  /** Bytes of the packs and index files written. */
  readonly bytes: number
}

/**
 * Stores what is needed of some packs once more, in new ones: as it was encoded, but for deltas whose base nothing needs, which are stored whole.
 * Durable, listed and read back in part when `finish` resolves.
 */
export class ObjectMover {
  readonly #parts: MoveParts
  readonly #packs: PackWriter
  readonly #indexes: IndexWriter
  readonly #moved = new Set<string>()
  readonly #written = new Set<string>()
  #objects = 0
  #bytes = 0

  constructor(parts: MoveParts) {
    this.#parts = parts
    const { context, index, packBytes, signal } = parts
    this.#indexes = new IndexWriter(context, async (file) => {
      this.#bytes += file.size
      await index.add(file.id, file.size)
    })
    this.#packs = new PackWriter(context, {
      packBytes,
      signal,
      onDurable: async (pack) => {
        this.#bytes += pack.size
        this.#written.add(pack.id)
        await this.#indexes.add(pack)
      },
    })
  }

  /**
   * Takes what stays of one pack. A pack that cannot be read whole is left where it is, with all that is in it. Fails with `StoreKeyMissingError` where
   * somebody has deleted it meanwhile: then what lies elsewhere must stay.
   */
  async move(pack: string, copies: readonly ObjectCopy[]): Promise<void> {
    try {
      for (const copy of copies) {
        if (!this.#parts.table.stays(copy)) continue
        const encoded = await this.#encoded(copy)
        await this.#packs.append(encoded)
        freeBacking(encoded.payload)
        this.#objects++
      }
    } catch (error) {
      if (!isUnreadable(error) || error.code === 'STORE_KEY_MISSING') throw error
      return
    }
    this.#moved.add(pack)
  }

  /** Fails with `DamagedError` where what was written does not read back. */
  async finish(): Promise<Moved> {
    await this.#packs.finish()
    await this.#indexes.flush()
    const { ok } = await sampleObjects(this.#parts, this.#written, () => true, SAMPLED)
    if (!ok) {
      throw new DamagedError('what was written does not read back as it was; nothing was deleted', {
        hint: 'The store or its disk is failing. Run `dbsnap check --read-data`.',
      })
    }
    return { packs: this.#moved, objects: this.#objects, bytes: this.#bytes }
  }

  /** Waits for what is under way, however it ends. */
  async settle(): Promise<void> {
    await this.#packs.settle()
  }

  async #encoded(copy: ObjectCopy): Promise<EncodedObject> {
    const { reader, table, compression } = this.#parts
    const { kind, id } = copy
    const opened = await reader.openCopy(copy)
    const { delta } = opened.header
    if (delta === undefined || table.carries(delta.base, delta.version)) return { kind, id, ...opened }
    freeBacking(opened.payload)
    const plaintext = await reader.readCopy(copy)
    const header = { plainBytes: plaintext.length }
    const { encoding, payload } = await compress(plaintext, compression)
    if (encoding !== 'plain') freeBacking(plaintext)
    return { kind, id, header: { ...header, encoding }, payload }
  }
}
