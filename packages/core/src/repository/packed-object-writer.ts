import type { CompressionSettings } from '../compression/compression-settings.ts'
import { InterruptedError } from '../errors/interrupted-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import { MAX_OBJECT_BYTES } from '../format/object-header.ts'
import { freeBacking, freeBuffer } from '../values/free-buffer.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { ObjectKind } from '../values/object-kind.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import { rememberDamage } from './damage-marks.ts'
import { IndexWriter, type WrittenIndexFile } from './index-writer.ts'
import type { ObjectCopy } from './object-copy.ts'
import { ObjectEncoder } from './object-encoder.ts'
import { identifyObject } from './object-identity.ts'
import type { ObjectIndex } from './object-index.ts'
import type { RepositoryWriter, SampleResult, WriterCounts } from './object-repository.ts'
import type { EncodedObject } from './pack-builder.ts'
import { PackWriter, type WrittenPack } from './pack-writer.ts'
import { isUnreadable, type PackedObjectReader } from './packed-object-reader.ts'
import type { RepositoryContext } from './repository-context.ts'
import { sampleObjects } from './sample-objects.ts'
import type { TrustedPacks } from './trusted-packs.ts'
import type { WriterRegistration } from './writer-registration.ts'

/** Objects taken and not yet packed, at most: enough to keep the compressors busy whatever the sizes. */
const OBJECTS_IN_FLIGHT = 32

export interface PackedObjectWriterParts {
  readonly context: RepositoryContext
  readonly index: ObjectIndex
  readonly reader: PackedObjectReader
  readonly trusted: TrustedPacks
  /** Packs that an interrupted writer left: part of what is sampled, for nobody has. */
  readonly adopted: ReadonlySet<string>
  /** Ended when the writer is closed. */
  readonly registration: WriterRegistration
  readonly compression: CompressionSettings
  readonly bytesInFlight: number
  readonly packBytes: number
  readonly signal: AbortSignal | undefined
}

/** An object on its way into a durable index file. */
interface Pending {
  readonly kind: ObjectKind
  /** Until it is packed. */
  plaintext: Buffer | undefined
}

interface Job {
  readonly id: ObjectId
  readonly plaintext: Buffer
  readonly plainBytes: number
  /** undefined: stored already. */
  readonly encoded: Promise<EncodedObject | undefined>
}

/** Stores objects into packs: compresses several at a time, packs them in the order in which they were taken. */
export class PackedObjectWriter implements RepositoryWriter {
  readonly #parts: PackedObjectWriterParts
  readonly #encoder: ObjectEncoder
  readonly #packs: PackWriter
  readonly #indexes: IndexWriter
  readonly #pending = new Map<ObjectId, Pending>()
  readonly #jobs: Job[] = []
  readonly #written = new Set<string>()
  readonly #counts = { objects: 0, deltas: 0, known: 0, plainBytes: 0, sealedBytes: 0, storedBytes: 0 }
  #bytesInFlight = 0
  #draining: Promise<void> | undefined
  #room: (() => void)[] = []
  #failure: { readonly error: unknown } | undefined
  #closed = false

  constructor(parts: PackedObjectWriterParts) {
    this.#parts = parts
    this.#encoder = new ObjectEncoder(parts.index, parts.reader, parts.trusted, parts.compression)
    const { packBytes, signal } = parts
    this.#packs = new PackWriter(parts.context, { packBytes, signal, onDurable: (pack) => this.#packDurable(pack) })
    this.#indexes = new IndexWriter(parts.context, (file) => this.#indexDurable(file))
  }

  get counts(): WriterCounts {
    return { ...this.#counts }
  }

  get id(): SnapshotId {
    return this.#parts.registration.id
  }

  get reuses(): boolean {
    return this.#parts.trusted.mayReuse
  }

  restOn(snapshots: readonly SnapshotId[]): void {
    this.#parts.trusted.restOn(snapshots)
  }

  identify(plaintext: Uint8Array): ObjectId {
    return identifyObject(this.#parts.context.keys.id, plaintext)
  }

  async has(id: ObjectId): Promise<boolean> {
    return this.#pending.has(id) || this.#isStored(id)
  }

  async store(kind: ObjectKind, id: ObjectId, plaintext: Buffer, base?: ObjectId): Promise<void> {
    this.#throwIfEnded()
    if (plaintext.length > MAX_OBJECT_BYTES) {
      throw new UsageError(`an object of ${plaintext.length} bytes is too large`, {
        hint: 'Cut it into segments.',
        data: { bytes: plaintext.length, limit: MAX_OBJECT_BYTES },
      })
    }
    if (this.#pending.has(id)) {
      this.#counts.known++
      freeBuffer(plaintext)
      return
    }
    this.#pending.set(id, { kind, plaintext })
    this.#bytesInFlight += plaintext.length
    const encoded = this.#encodeUnlessStored(kind, id, plaintext, base)
    encoded.catch(() => {})
    this.#jobs.push({ id, plaintext, plainBytes: plaintext.length, encoded })
    this.#draining ??= this.#drain()
    while (this.#isFull()) await new Promise<void>((resolve) => this.#room.push(resolve))
    this.#throwIfEnded()
  }

  async keep(kind: ObjectKind, id: ObjectId, plaintext: Buffer): Promise<void> {
    this.#throwIfEnded()
    if (!this.#parts.trusted.mayReuse) return this.store(kind, id, plaintext)
    this.#counts.known++
    freeBuffer(plaintext)
  }

  async read(kind: ObjectKind, id: ObjectId): Promise<Buffer> {
    const pending = this.#pending.get(id)
    if (pending === undefined || pending.kind !== kind) return this.#parts.reader.read(kind, id)
    if (pending.plaintext !== undefined) return Buffer.from(pending.plaintext)
    // Packed and not yet in an index file: seldom read, so it is simply made durable.
    await this.flush()
    return this.#parts.reader.read(kind, id)
  }

  async settled(): Promise<void> {
    await this.#draining
  }

  async flush(): Promise<void> {
    await this.#draining
    this.#throwIfEnded()
    try {
      await this.#packs.finish()
      await this.#indexes.flush()
      await this.#parts.registration.require()
    } catch (error) {
      this.#fail(error)
    }
    this.#throwIfEnded()
  }

  async sample(fraction: number): Promise<SampleResult> {
    const { context, index, adopted } = this.#parts
    // What a delta rests on that somebody else has left may be gone; whoever uses it has read it.
    const isSampled = ({ pack, version }: ObjectCopy) => this.#written.has(pack.id) || version === 0
    const result = await sampleObjects(this.#parts, new Set([...this.#written, ...adopted]), isSampled, fraction)
    if (!result.ok) await rememberDamage(context, index.damagedPlaces, { complete: false })
    return result
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#draining
    await this.#packs.settle()
    await this.#parts.registration.end()
  }

  /** In order: what was taken first is packed first, so that equal input makes equal packs. */
  async #drain(): Promise<void> {
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
      try {
        if (this.#failure === undefined) await this.#pack(job, await job.encoded)
      } catch (error) {
        this.#fail(error)
      }
      this.#bytesInFlight -= job.plainBytes
      this.#wake()
    }
    this.#draining = undefined
  }

  async #pack(job: Job, encoded: EncodedObject | undefined): Promise<void> {
    if (encoded === undefined) {
      this.#counts.known++
      this.#pending.delete(job.id)
      freeBuffer(job.plaintext)
      return
    }
    // Memory that somebody else has freed meanwhile must never become an object.
    if (job.plaintext.length !== job.plainBytes) {
      throw new UsageError('bytes were freed while they were being stored', {
        hint: 'What was handed to the writer is its own: let go of it. Nothing was published.',
      })
    }
    const { length, version } = await this.#packs.append(encoded)
    this.#counts.objects++
    this.#counts.deltas += version > 0 ? 1 : 0
    this.#counts.plainBytes += job.plainBytes
    this.#counts.sealedBytes += length
    const pending = this.#pending.get(job.id)
    if (pending !== undefined) pending.plaintext = undefined
    freeBuffer(job.plaintext)
  }

  async #encodeUnlessStored(
    kind: ObjectKind,
    id: ObjectId,
    plaintext: Buffer,
    base: ObjectId | undefined,
  ): Promise<EncodedObject | undefined> {
    if (await this.#isStored(id)) return undefined
    return this.#encoder.encode(kind, id, plaintext, base)
  }

  /**
   * A delta counts only when it was read through trusted packs: one that a writer put after it had been declared dead
   * may rest on what was deleted meanwhile. Seldom asked for: what the snapshot before has is kept without a look.
   */
  async #isStored(id: ObjectId): Promise<boolean> {
    const { index, reader, trusted } = this.#parts
    const accept = trusted.accepts.bind(trusted)
    const copies = (await index.find(id)).filter(accept)
    if (copies.some((copy) => copy.version === 0)) return true
    for (const copy of copies) {
      try {
        freeBacking(await reader.readCopy(copy, { accept }))
        return true
      } catch (error) {
        if (!isUnreadable(error)) throw error
      }
    }
    return false
  }

  async #packDurable(pack: WrittenPack): Promise<void> {
    this.#counts.storedBytes += pack.size
    this.#parts.trusted.add(pack.id, pack.size)
    this.#written.add(pack.id)
    await this.#indexes.add(pack)
  }

  async #indexDurable(file: WrittenIndexFile): Promise<void> {
    this.#counts.storedBytes += file.size
    await this.#parts.index.add(file.id, file.size)
    for (const pack of file.packs) for (const { id } of pack.entries) this.#pending.delete(id)
  }

  #isFull(): boolean {
    if (this.#failure !== undefined || this.#jobs.length === 0) return false
    return this.#bytesInFlight > this.#parts.bytesInFlight || this.#jobs.length >= OBJECTS_IN_FLIGHT
  }

  #wake(): void {
    const waiting = this.#room
    this.#room = []
    for (const resolve of waiting) resolve()
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#wake()
  }

  #throwIfEnded(): void {
    if (this.#failure !== undefined) throw this.#failure.error
    if (this.#closed) throw new UsageError('this writer is closed', { hint: 'Open another one.' })
    if (this.#parts.signal?.aborted) {
      throw new InterruptedError('interrupted while storing', { hint: 'Run it again: what was stored is used.' })
    }
  }
}
