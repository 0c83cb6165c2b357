import { requireZstdDictionaries } from '../compression/require-zstd-dictionaries.ts'
import { isDbSnapError } from '../errors/dbsnap-error.ts'
import { NotARepositoryError } from '../errors/not-a-repository-error.ts'
import { decodeConfig, type RepositoryConfig } from '../format/config-codec.ts'
import type { KeyProvider } from '../ports/key-provider.ts'
import type { LocalCopies } from '../ports/local-copies.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Clock, ProcessName, Randomness } from '../ports/system.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { SnapshotId } from '../values/snapshot-id.ts'
import { adoptPacks } from './adopt-packs.ts'
import { type CheckRepositoryOptions, type RepositoryCheck, RepositoryChecker } from './check-repository.ts'
import { DiffCatalog } from './diff-catalog.ts'
import { keyDamage, keyNotes } from './key-notes.ts'
import { KeySlots } from './key-slot-list.ts'
import { unlockRepository } from './key-slots.ts'
import { identifyObject } from './object-identity.ts'
import { ObjectIndex } from './object-index.ts'
import type { ObjectRepository, OpenWriterOptions, RepositoryWriter } from './object-repository.ts'
import { PackReader } from './pack-reader.ts'
import { PackedObjectReader } from './packed-object-reader.ts'
import { PackedObjectWriter } from './packed-object-writer.ts'
import { PinCatalog } from './pin-catalog.ts'
import { Prune } from './pruning/prune.ts'
import type { PrunePacksOptions, PruneReport } from './pruning/prune-report.ts'
import type { RootSource } from './pruning/root-source.ts'
import { type IndexRebuild, rebuildIndex } from './rebuild-index.ts'
import type { RepositoryContext } from './repository-context.ts'
import { CONFIG_FILE } from './repository-files.ts'
import { SnapshotCatalog } from './snapshot-catalog.ts'
import { StoredObjects } from './stored-objects.ts'
import { TrustedPacks } from './trusted-packs.ts'
import type { WriterOperation } from './writer-file.ts'
import { declareDead, listWriters, type RegisteredWriter } from './writer-list.ts'
import { WriterRegistration } from './writer-registration.ts'

export interface OpenObjectRepositoryOptions {
  /** Opens one of the key slots; of several each is tried. Absent or none: the repository must be unencrypted. */
  readonly keyProvider?: KeyProvider | readonly KeyProvider[]
  readonly clock: Clock
  readonly randomness: Randomness
  /** Where copies of what is read are kept on this machine. Default: nowhere. */
  readonly localCopies?: LocalCopies | undefined
  /** For those who look for who is at work. Default: nowhere. */
  readonly process?: ProcessName
  /** Milliseconds without a sign of life after which a writer of this process may be declared dead. Default an hour. */
  readonly writerLease?: number
}

const NO_PROCESS: ProcessName = { host: '', pid: 0 }

/** Longer than a laptop sleeps over lunch: one that is declared dead loses its work. Signs of life come every ten minutes. */
const WRITER_LEASE = 60 * 60 * 1000

/** Size at which a pack is closed: big enough for a bucket's costs per request, small enough to hold two in memory. */
const PACK_BYTES = 16 * 1024 * 1024
const BYTES_IN_FLIGHT = 8 * 1024 * 1024

/**
 * Opens a repository. Fails with `NotARepositoryError`, `NewerFormatError`, `WrongPassphraseError`, `DamagedError`,
 * `UnsupportedRuntimeError`, or `UsageError` where a secret is given for an unencrypted repository.
 */
export async function openObjectRepository(
  store: ObjectStore,
  options: OpenObjectRepositoryOptions,
): Promise<ObjectRepository> {
  requireZstdDictionaries()
  const config = decodeConfig(await readConfig(store), store.label)
  const { keys, slot } = await unlockRepository(store, config, [options.keyProvider ?? []].flat())
  const repositoryId = Buffer.from(config.repository, 'hex')
  return new OpenedObjectRepository(contextOf({ store, repositoryId, keys }, options), config, slot)
}

/** What everything in a repository needs, from where it lies and how it is opened. */
export function contextOf(
  place: Pick<RepositoryContext, 'store' | 'repositoryId' | 'keys'>,
  options: OpenObjectRepositoryOptions,
): RepositoryContext {
  const { clock, randomness, localCopies, process = NO_PROCESS, writerLease = WRITER_LEASE } = options
  return { ...place, localCopies, clock, randomness, process, writerLease }
}

async function readConfig(store: ObjectStore): Promise<Buffer> {
  try {
    return await store.get(CONFIG_FILE)
  } catch (error) {
    if (!isDbSnapError(error) || error.code !== 'STORE_KEY_MISSING') throw error
    throw new NotARepositoryError(`there is no repository in ${store.label}`, {
      hint: 'Check the path, or make a repository there with `dbsnap init`.',
      cause: error,
    })
  }
}

/** A repository whose key is known. */
export class OpenedObjectRepository implements ObjectRepository {
  readonly store: ObjectStore
  readonly id: string
  readonly encrypted: boolean
  readonly compression: RepositoryConfig['compression']
  readonly splitSeed: Buffer
  readonly snapshots: SnapshotCatalog
  readonly diffs: DiffCatalog
  readonly pins: PinCatalog
  readonly reader: PackedObjectReader
  readonly context: RepositoryContext
  readonly index: ObjectIndex
  readonly keys: KeySlots
  readonly #config: RepositoryConfig
  readonly #slot: string

  /** `slot` is the id of the key slot it was opened or made with. */
  constructor(context: RepositoryContext, config: RepositoryConfig, slot: string) {
    this.context = context
    this.#config = config
    this.#slot = slot
    this.store = context.store
    this.id = config.repository
    this.encrypted = config.encryption !== 'none'
    this.compression = config.compression
    this.splitSeed = context.keys.splitSeed
    this.index = new ObjectIndex(context)
    this.reader = new PackedObjectReader(context, this.index, new PackReader(context))
    this.snapshots = new SnapshotCatalog(context)
    this.diffs = new DiffCatalog(context)
    this.pins = new PinCatalog(context)
    this.keys = new KeySlots(context, { encrypted: this.encrypted, openedWith: slot })
  }

  withoutCopies(): ObjectRepository {
    return new OpenedObjectRepository({ ...this.context, localCopies: undefined }, this.#config, this.#slot)
  }

  identify(plaintext: Uint8Array): ObjectId {
    return identifyObject(this.context.keys.id, plaintext)
  }

  async has(id: ObjectId): Promise<boolean> {
    const copies = await this.index.find(id)
    return copies.some((copy) => !this.index.isDamaged(copy))
  }

  async openWriter(options: OpenWriterOptions = {}): Promise<RepositoryWriter> {
    const { registration, trusted, adopted } = await this.#beginWriting(options.operation ?? 'take')
    return new PackedObjectWriter({
      context: this.context,
      index: this.index,
      reader: this.reader,
      trusted,
      adopted,
      registration,
      compression: options.compression ?? this.compression,
      bytesInFlight: options.bytesInFlight ?? BYTES_IN_FLIGHT,
      packBytes: options.packBytes ?? PACK_BYTES,
      signal: options.signal,
    })
  }

  async check(options: CheckRepositoryOptions = {}): Promise<RepositoryCheck> {
    const { context, index, reader } = this.#ofTheStoreAlone()
    const check = await new RepositoryChecker(context, index, reader, options).run(this.encrypted)
    const slots = await this.keys.list()
    return {
      ...check,
      damage: [...check.damage, ...keyDamage(slots)],
      notes: [...check.notes, ...keyNotes(slots)],
    }
  }

  async storedObjects(): Promise<StoredObjects> {
    await this.index.refresh()
    return StoredObjects.load(this.index)
  }

  async prune(roots: RootSource, options: PrunePacksOptions): Promise<PruneReport> {
    const { context, index, compression } = this
    // What it keeps must be readable in the store. An index file is as good from this machine: which packs there are is listed.
    const { reader } = this.#ofTheStoreAlone(index)
    const parts = { context, index, reader, roots, compression, packBytes: PACK_BYTES, options }
    if (options.dryRun === true) return new Prune(parts).run()
    return this.#registered('prune', (registration) => new Prune({ ...parts, registration }).run())
  }

  register(operation: WriterOperation): Promise<WriterRegistration> {
    return WriterRegistration.begin(this.context, operation)
  }

  /** Registers to learn the store's time. */
  writers(): Promise<RegisteredWriter[]> {
    return this.#registered('unlock', async (registration) => {
      const writers = await listWriters(this.context, await registration.seen())
      return writers.filter(({ id }) => id !== registration.id)
    })
  }

  declareDead(writer: SnapshotId): Promise<void> {
    return declareDead(this.context, writer)
  }

  /** Registered, so that a prune waits for what it lists. */
  rebuildIndex(): Promise<IndexRebuild> {
    return this.#registered('index rebuild', async () => {
      const { context, index } = this.#ofTheStoreAlone()
      await index.refresh()
      return rebuildIndex(context, index)
    })
  }

  close(): Promise<void> {
    return this.store.close()
  }

  /** For who asks what the store has: nothing of what this process has in memory, or this machine on its disk, but for a `known` index. */
  #ofTheStoreAlone(known?: ObjectIndex): {
    context: RepositoryContext
    index: ObjectIndex
    reader: PackedObjectReader
  } {
    const context = { ...this.context, localCopies: undefined }
    const index = known ?? new ObjectIndex(context)
    return { context, index, reader: new PackedObjectReader(context, index, new PackReader(context)) }
  }

  /** First the registration, then the index, then what is condemned: `docs/format/prune-protocol.md`. */
  async #beginWriting(
    operation: WriterOperation,
  ): Promise<{ registration: WriterRegistration; trusted: TrustedPacks; adopted: Set<string> }> {
    const registration = await this.register(operation)
    try {
      const trusted = await TrustedPacks.load(this.context, this.index)
      const adopted = await adoptPacks(this.context, this.index, trusted.unlisted())
      return { registration, trusted, adopted }
    } catch (error) {
      await registration.end()
      throw error
    }
  }

  async #registered<T>(operation: WriterOperation, work: (registration: WriterRegistration) => Promise<T>): Promise<T> {
    const registration = await this.register(operation)
    try {
      return await work(registration)
    } finally {
      await registration.end()
    }
  }
}
