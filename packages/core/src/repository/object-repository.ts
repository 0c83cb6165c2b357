import type { CompressionSettings } from '../compression/compression-settings.ts'
import type { ObjectReader, ObjectWriter } from '../ports/object-access.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import type { CheckRepositoryOptions, RepositoryCheck } from './check-repository.ts'
import type { DiffCatalog } from './diff-catalog.ts'
import type { KeySlots } from './key-slot-list.ts'
import type { PinCatalog } from './pin-catalog.ts'
import type { PrunePacksOptions, PruneReport } from './pruning/prune-report.ts'
import type { RootSource } from './pruning/root-source.ts'
import type { IndexRebuild } from './rebuild-index.ts'
import type { SnapshotCatalog } from './snapshot-catalog.ts'
import type { StoredObjects } from './stored-objects.ts'
import type { WriterOperation } from './writer-file.ts'
import type { RegisteredWriter } from './writer-list.ts'
import type { WriterRegistration } from './writer-registration.ts'

/** Bytes that one writer has caused. */
export interface WriterCounts {
  /** Objects put into packs, and of them deltas. */
  readonly objects: number
  readonly deltas: number
  /** Objects offered that were stored already. */
  readonly known: number
  /** Plain bytes of the objects put into packs. */
  readonly plainBytes: number
  /** Bytes of the same objects as they lie in packs. */
  readonly sealedBytes: number
  /** Bytes of all packs and index files written: the growth of the repository, but for the manifest. */
  readonly storedBytes: number
}

/** What reading back found. */
export interface SampleResult {
  readonly objects: number
  readonly ok: boolean
  /** At most 100. */
  readonly damaged: readonly ObjectId[]
}

/** An `ObjectWriter` of one repository. Registered in `writers/` from opening to closing. */
export interface RepositoryWriter extends ObjectWriter {
  /** The id of the one snapshot or stored diff that it may publish. */
  readonly id: SnapshotId
  /**
   * Resolves when all that was taken is durable and listed in a durable index. Fails with `StoreFailedError` where a
   * prune has declared this writer dead: it must then not publish a snapshot.
   */
  flush(): Promise<void>
  readonly counts: WriterCounts
  /**
   * Whether whatever the snapshots given to `restOn` name may be named again without being offered. Not where a pack is missing
   * or cut, or an object is known to be damaged.
   */
  readonly reuses: boolean
  /** Says on which snapshots the new one rests: what they name at the same place is handed to `keep`. */
  restOn(snapshots: readonly SnapshotId[]): void
  /** Whether a healthy copy is stored, or was taken by this writer: `store` would do nothing. */
  has(id: ObjectId): Promise<boolean>
  /**
   * After `flush`: reads back a random share (0 to 1, at least 8 objects) of what this writer stored, or adopted from an interrupted one, straight from the store, and
   * recomputes the ids. Does not throw for damage: what is damaged counts as absent from now on, for other processes too.
   */
  sample(fraction: number): Promise<SampleResult>
  /** Ends the registration. What was not flushed is lost. Closing twice is success. */
  close(): Promise<void>
}

export interface OpenWriterOptions {
  /** For those who look for what is at work. Default `take`. */
  readonly operation?: WriterOperation
  /** Default: the repository's own. */
  readonly compression?: CompressionSettings
  /** Plain bytes taken and not yet packed, at most (one object may always be taken). Default 8 MiB. */
  readonly bytesInFlight?: number
  /** Size at which a pack is closed, in bytes. Default 16 MiB. */
  readonly packBytes?: number
  readonly signal?: AbortSignal
}

/** The object layer of a repository: objects by id, and the snapshots that name them. */
export interface ObjectRepository {
  readonly store: ObjectStore
  /** 32 lower-case hex digits. */
  readonly id: string
  readonly encrypted: boolean
  readonly compression: CompressionSettings
  /** 32 bytes that seed the hashes which find chunk and node boundaries. Secret: never stored, derived from the key. */
  readonly splitSeed: Buffer
  /** Reads objects of any snapshot. Loads the index at the first read, and again when an object is not found. */
  readonly reader: ObjectReader
  readonly snapshots: SnapshotCatalog
  readonly diffs: DiffCatalog
  /** What keeps snapshots from being forgotten. */
  readonly pins: PinCatalog
  /** The secrets that open it. */
  readonly keys: KeySlots
  /**
   * The same repository for who asks what the store has: it knows nothing of the copies on this machine, nor of what this one has in
   * memory. Closed with this one.
   */
  withoutCopies(): ObjectRepository
  /** The id that content has in this repository. */
  identify(plaintext: Uint8Array): ObjectId
  /** Whether the index lists a copy of an object that is not known to be damaged. */
  has(id: ObjectId): Promise<boolean>
  openWriter(options?: OpenWriterOptions): Promise<RepositoryWriter>
  /** Checks packs and index, and as many objects as asked for, anew from the store. Does not throw for damage. */
  check(options?: CheckRepositoryOptions): Promise<RepositoryCheck>
  /** Sizes of all objects, from the index as it is now. Fails with `DamagedError` where a file of it is damaged. */
  storedObjects(): Promise<StoredObjects>
  /** Writes the index anew from the packs: for index files that are lost or damaged. */
  rebuildIndex(): Promise<IndexRebuild>
  /** Deletes what no root needs, in phases. `docs/format/prune-protocol.md`. */
  prune(roots: RootSource, options: PrunePacksOptions): Promise<PruneReport>
  /** Registers this process without anything to publish: for who must be seen by others. To be ended. */
  register(operation: WriterOperation): Promise<WriterRegistration>
  /** Who is registered as a writer. */
  writers(): Promise<RegisteredWriter[]>
  /** Declares a writer dead: it publishes nothing from now on. Quiet where there is none. */
  declareDead(writer: SnapshotId): Promise<void>
  /** Closes the store. */
  close(): Promise<void>
}
