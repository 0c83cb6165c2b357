import { compress, compressDelta } from '../compression/compress.ts'
import type { CompressionSettings } from '../compression/compression-settings.ts'
import type { DeltaHeader } from '../format/object-header.ts'
import { freeBacking } from '../values/free-buffer.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { ObjectKind } from '../values/object-kind.ts'
import type { ObjectCopy } from './object-copy.ts'
import type { ObjectIndex } from './object-index.ts'
import type { EncodedObject } from './pack-builder.ts'
import { isUnreadable, type PackedObjectReader } from './packed-object-reader.ts'
import type { TrustedPacks } from './trusted-packs.ts'

/** The highest delta version: the format has one byte for it. At the next one an object is stored whole. */
const MAX_VERSION = 255
/** A delta above this share of the whole is not worth its chain. */
const LARGEST_DELTA = 1 / 4
/** Below this share of the plaintext a delta is certainly small beside the whole, which is then not even tried. */
const SURELY_SMALL = 1 / 16
/** Calls into libuv's pool at a time. With all at once, zstd's contexts fill the caches: a third of the speed. */
const COMPRESSIONS_AT_ONCE = 4

/** The base that a new version rests on. */
interface ChosenBase {
  readonly id: ObjectId
  readonly version: number
  readonly plaintext: Buffer
}

/** Decides how an object is stored, and compresses it. */
export class ObjectEncoder {
  readonly #index: ObjectIndex
  readonly #reader: PackedObjectReader
  readonly #trusted: TrustedPacks
  readonly #compression: CompressionSettings
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(index: ObjectIndex, reader: PackedObjectReader, trusted: TrustedPacks, compression: CompressionSettings) {
    this.#index = index
    this.#reader = reader
    this.#trusted = trusted
    this.#compression = compression
  }

  /** Encodes an object; `base` is the id of one of the same kind that it probably resembles. */
  async encode(kind: ObjectKind, id: ObjectId, plaintext: Buffer, base: ObjectId | undefined): Promise<EncodedObject> {
    const chosen = base === undefined || base === id ? undefined : await this.#chooseBase(kind, base)
    const delta = chosen && compressDelta(plaintext, chosen.plaintext)
    if (chosen !== undefined) freeBacking(chosen.plaintext)
    if (chosen === undefined || delta === undefined) return this.#whole(kind, id, plaintext)
    if (delta.length > plaintext.length * SURELY_SMALL) {
      const whole = await this.#whole(kind, id, plaintext)
      if (delta.length > whole.payload.length * LARGEST_DELTA) return whole
    }
    const header = {
      encoding: 'delta' as const,
      plainBytes: plaintext.length,
      delta: { version: chosen.version, base: chosen.id },
    }
    return { kind, id, header, payload: delta }
  }

  async #whole(kind: ObjectKind, id: ObjectId, plaintext: Buffer): Promise<EncodedObject> {
    const { encoding, payload } = await this.#inTurn(() => compress(plaintext, this.#compression))
    return { kind, id, header: { encoding, plainBytes: plaintext.length }, payload }
  }

  /**
   * Skip-deltas: version n rests on version n & (n - 1), which lies on the chain of version n - 1, so that 255 versions
   * make chains of at most 8 steps. A base that cannot be read through trusted packs is no base.
   */
  async #chooseBase(kind: ObjectKind, previous: ObjectId): Promise<ChosenBase | undefined> {
    try {
      let copy = await this.#nearestCopy(kind, previous, MAX_VERSION)
      if (copy === undefined) return undefined
      const version = copy.version + 1
      while (copy.version > (version & (version - 1))) {
        // `openCopy` has compared the versions: a copy above 0 is a delta.
        const delta = (await this.#reader.openCopy(copy)).header.delta as DeltaHeader
        const nearer = await this.#nearestCopy(kind, delta.base, copy.version)
        if (nearer === undefined) return undefined
        copy = nearer
      }
      const accept = (candidate: ObjectCopy): boolean => this.#trusted.accepts(candidate)
      const plaintext = await this.#reader.readBelow(kind, copy.id, version, { accept })
      return { id: copy.id, version, plaintext }
    } catch (error) {
      if (isUnreadable(error)) return undefined
      throw error
    }
  }

  /** The trusted copy nearest to whole with a version below `below`. */
  async #nearestCopy(kind: ObjectKind, id: ObjectId, below: number): Promise<ObjectCopy | undefined> {
    const copies = await this.#index.find(id)
    return copies.find((copy) => copy.kind === kind && copy.version < below && this.#trusted.accepts(copy))
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= COMPRESSIONS_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }
}
