import { INHERITED_CHUNK_BYTES } from '../chunking/chunk-limits.ts'
import { type CompressionSettings, requireCompressionSettings } from '../compression/compression-settings.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { SnapshotCollection, SnapshotManifest } from '../format/snapshot-manifest.ts'
import type {
  CatchUp,
  CollectionChoice,
  DatabaseSource,
  ReadPoint,
  SourceCollection,
  Warning,
} from '../ports/database-source.ts'
import type { ProgressListener } from '../ports/progress.ts'
import type { RepositoryWriter } from '../repository/object-repository.ts'
import { writeSchema } from '../repository/schema-document.ts'
import { catchUpCollections } from './catch-up.ts'
import { forEachAtOnce } from './for-each-at-once.ts'
import type { OperationContext } from './operation-context.ts'
import { previousCollections } from './previous-collections.ts'
import { ProgressMeter } from './progress-meter.ts'
import { takeCollection } from './take-collection.ts'
import { Throttle } from './throttle.ts'
import { verifySample } from './verify-sample.ts'

/** A snapshot that was just taken. */
export interface Snapshot extends SnapshotManifest {
  /** Bytes by which the repository grew. */
  readonly storedBytes: number
}

/** How a snapshot is taken, and of what. */
export interface TakeOptions extends CollectionChoice {
  /** Name of the source under which its snapshots follow each other. Default: `host:port/database`. */
  readonly label?: string
  /** Names and values that people find it by. Default: none. */
  readonly tags?: Readonly<Record<string, string>>
  /** Collections read at a time. Default 2. */
  readonly concurrency?: number
  /** Plain bytes per second, at most. Default: no limit. */
  readonly maxRate?: number
  /** Default: the repository's own, zstd level 1 unless it was created otherwise. */
  readonly compression?: CompressionSettings
  /**
   * Average size of chunks to aim at, 16 KiB to 256 KiB. Default 128 KiB. For collections that no snapshot of the source
   * holds yet: those that are known keep their cuts, or nothing would be stored only once.
   */
  readonly chunkBytes?: number
  /** Told how far it is, about ten times a second at most. */
  readonly onProgress?: ProgressListener
  /** Told once per warning; all stand in the manifest as well. */
  readonly onWarning?: (warning: Warning) => void
  /** Ends it with an error; there is no snapshot then. */
  readonly signal?: AbortSignal
}

const DEFAULT_CONCURRENCY = 2

/** Takes a snapshot. It exists when this resolves; after a failure there is none, and what was stored is found by the next one. */
export async function takeSnapshot(
  context: OperationContext,
  source: DatabaseSource,
  options: TakeOptions,
): Promise<Snapshot> {
  const { signal, compression, chunkBytes } = options
  if (compression !== undefined) requireCompressionSettings(compression)
  if (chunkBytes !== undefined) requireChunkBytes(chunkBytes)
  const writer = await context.objects.openWriter({
    ...(signal === undefined ? {} : { signal }),
    ...(compression === undefined ? {} : { compression }),
  })
  try {
    return await new Take(context, writer, options).run(source)
  } finally {
    await writer.close()
  }
}

function requireChunkBytes(bytes: number): void {
  const { least, most } = INHERITED_CHUNK_BYTES
  if (bytes >= least && bytes <= most) return
  throw new UsageError('chunks cannot have that size', {
    hint: `Give chunkBytes from ${least} to ${most}.`,
    data: { chunkBytes: bytes },
  })
}

class Take {
  readonly #context: OperationContext
  readonly #writer: RepositoryWriter
  readonly #options: TakeOptions
  readonly #warnings: Warning[] = []
  readonly #progress: ProgressMeter
  readonly #started: number

  constructor(context: OperationContext, writer: RepositoryWriter, options: TakeOptions) {
    this.#context = context
    this.#writer = writer
    this.#options = options
    this.#progress = new ProgressMeter(context.clock, 'take', options.onProgress)
    this.#started = context.clock.monotonic()
  }

  async run(source: DatabaseSource): Promise<Snapshot> {
    const { include, exclude, signal, concurrency = DEFAULT_CONCURRENCY } = this.#options
    const readPoint = await source.openReadPoint({
      concurrency,
      onWarning: (warning) => this.#warn(warning),
      ...(include === undefined ? {} : { include }),
      ...(exclude === undefined ? {} : { exclude }),
      ...(signal === undefined ? {} : { signal }),
    })
    try {
      return await this.#publish(readPoint, await this.#read(readPoint, concurrency))
    } finally {
      await readPoint.close()
    }
  }

  /** Everything but publishing: records, trees, schema. */
  async #read(readPoint: ReadPoint, concurrency: number): Promise<Contents> {
    const label = this.#options.label ?? readPoint.facts.label
    const parent = await this.#context.objects.snapshots.latest(label)
    const previous = await previousCollections(this.#context.objects.snapshots, label, readPoint.collections)
    this.#writer.restOn(previous.snapshots)
    const collections: SnapshotCollection[] = []
    for (const { estimatedRecords, estimatedBytes } of readPoint.collections) {
      this.#progress.expect(estimatedRecords, estimatedBytes)
    }
    const throttle = new Throttle(this.#context.clock, this.#options.maxRate ?? Number.POSITIVE_INFINITY)
    const largestFirst = [...readPoint.collections].sort((a, b) => b.estimatedBytes - a.estimatedBytes)
    await forEachAtOnce(largestFirst, concurrency, this.#options.signal, async (collection, signal) => {
      collections.push(
        await this.#collection(readPoint, collection, previous.collections.get(collection.name), throttle, signal),
      )
    })
    if (readPoint.catchUp !== undefined)
      await this.#catchUp(readPoint, await readPoint.catchUp(), collections, throttle)
    collections.sort((a, b) => Buffer.compare(Buffer.from(a.layout.name), Buffer.from(b.layout.name)))
    const schema = await writeSchema(this.#writer, readPoint.schema, previous.schema)
    return { label, collections, schema, ...(parent === undefined ? {} : { parent: parent.id }) }
  }

  /** Brings what was read one by one to one moment. What is stored of it must be in the index to be read. */
  async #catchUp(
    readPoint: ReadPoint,
    catchUp: CatchUp,
    collections: SnapshotCollection[],
    throttle: Throttle,
  ): Promise<void> {
    const { signal = new AbortController().signal } = this.#options
    this.#progress.phase('catching up')
    await this.#writer.flush()
    const sources = new Map(readPoint.collections.map((collection) => [collection.name, collection]))
    const caughtUp = await catchUpCollections({
      context: this.#context,
      catchUp,
      collections,
      signal,
      retake: (collection, bytes) => {
        const source = sources.get(collection.layout.name) as SourceCollection
        return this.#collection(readPoint, source, collection, throttle, signal, bytes)
      },
    })
    const consistency = (name: string) => sources.get(name)?.consistency ?? readPoint.facts.consistency
    const all = caughtUp.map((collection) => ({ ...collection, consistency: consistency(collection.layout.name) }))
    collections.splice(0, collections.length, ...all)
  }

  async #collection(
    readPoint: ReadPoint,
    collection: SourceCollection,
    previous: SnapshotCollection | undefined,
    throttle: Throttle,
    signal: AbortSignal,
    bytes?: AsyncIterable<Buffer>,
  ): Promise<SnapshotCollection> {
    const taken = await takeCollection({
      context: this.#context,
      readPoint,
      collection,
      previous,
      writer: this.#writer,
      chunkBytes: this.#options.chunkBytes,
      throttle,
      progress: this.#progress,
      signal,
      ...(bytes === undefined ? {} : { bytes }),
    })
    this.#progress.stored(this.#writer.counts.storedBytes)
    return taken
  }

  async #publish(readPoint: ReadPoint, contents: Contents): Promise<Snapshot> {
    const { objects, clock } = this.#context
    this.#progress.phase('storing')
    await this.#writer.flush()
    this.#progress.phase('verifying')
    const verification = await verifySample(this.#writer)
    const { counts } = this.#writer
    const { label, collections, ...rest } = contents
    const sum = (count: (collection: SnapshotCollection) => number): number =>
      collections.reduce((total, collection) => total + count(collection), 0)
    const { manifest, storedBytes } = await objects.snapshots.put({
      id: this.#writer.id,
      format: 1,
      time: clock.now().toISOString(),
      tags: this.#options.tags ?? {},
      source: { ...readPoint.facts, label },
      records: sum(({ records }) => records),
      bytes: sum(({ bytes }) => bytes),
      seconds: Math.round(clock.monotonic() - this.#started) / 1000,
      compression: {
        ...(this.#options.compression ?? objects.compression),
        ratio: counts.sealedBytes === 0 ? 1 : Math.round((100 * counts.plainBytes) / counts.sealedBytes) / 100,
      },
      verification,
      warnings: this.#warnings,
      collections,
      ...rest,
    })
    this.#progress.stored(counts.storedBytes + storedBytes)
    this.#progress.phase('done')
    return { ...manifest, storedBytes: counts.storedBytes + storedBytes }
  }

  #warn(warning: Warning): void {
    this.#warnings.push({ code: warning.code, message: warning.message })
    this.#options.onWarning?.(warning)
  }
}

type Contents = Pick<SnapshotManifest, 'collections' | 'schema' | 'parent'> & { readonly label: string }
