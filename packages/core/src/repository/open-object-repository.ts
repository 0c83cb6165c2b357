import { requireZstdDictionaries } from '../compression/require-zstd-dictionaries.ts'
import { isDbSnapError } from '../errors/dbsnap-error.ts'
import { NotARepositoryError } from '../errors/not-a-repository-error.ts'
import { decodeConfig, type RepositoryConfig } from '../format/config-codec.ts'
import type { KeyProvider } from '../ports/key-provider.ts'
import type { LocalCopies } from '../ports/local-copies.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Clock, Randomness } from '../ports/system.ts'
import type { ObjectId } from '../values/object-id.ts'
import { adoptPacks } from './adopt-packs.ts'
import { type CheckRepositoryOptions, type RepositoryCheck, RepositoryChecker } from './check-repository.ts'
import { readDamageMarks } from './damage-marks.ts'
import { keyDamage, keyNotes } from './key-notes.ts'
import { KeySlots } from './key-slot-list.ts'
import { unlockRepository } from './key-slots.ts'
import { identifyObject } from './object-identity.ts'
import { ObjectIndex } from './object-index.ts'
import type { ObjectRepository, OpenWriterOptions, RepositoryWriter } from './object-repository.ts'
import { PackReader } from './pack-reader.ts'
import { PackedObjectReader } from './packed-object-reader.ts'
import { PackedObjectWriter } from './packed-object-writer.ts'
import { type IndexRebuild, rebuildIndex } from './rebuild-index.ts'
import type { RepositoryContext } from './repository-context.ts'
import { CONFIG_FILE } from './repository-files.ts'
import { SnapshotCatalog } from './snapshot-catalog.ts'
import { StoredObjects } from './stored-objects.ts'
import { TrustedPacks } from './trusted-packs.ts'
import { registerWriter } from './writer-registration.ts'

export interface OpenObjectRepositoryOptions {
  /** Opens one of the key slots; of several each is tried. Absent or none: the repository must be unencrypted. */
  readonly keyProvider?: KeyProvider | readonly KeyProvider[]
  readonly clock: Clock
  readonly randomness: Randomness
  /** Where copies of what is read are kept on this machine. Default: nowhere. */
  readonly localCopies?: LocalCopies | undefined
}

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
  const { clock, randomness, localCopies } = options
  const repositoryId = Buffer.from(config.repository, 'hex')
  const context = { store, localCopies, repositoryId, keys, clock, randomness }
  return new OpenedObjectRepository(context, config, slot)
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
  readonly reader: PackedObjectReader
  readonly context: RepositoryContext
  readonly index: ObjectIndex
  readonly keys: KeySlots

  /** `slot` is the id of the key slot it was opened or made with. */
  constructor(context: RepositoryContext, config: RepositoryConfig, slot: string) {
    this.context = context
    this.store = context.store
    this.id = config.repository
    this.encrypted = config.encryption !== 'none'
    this.compression = config.compression
    this.splitSeed = context.keys.splitSeed
    this.index = new ObjectIndex(context)
    this.reader = new PackedObjectReader(context, this.index, new PackReader(context))
    this.snapshots = new SnapshotCatalog(context)
    this.keys = new KeySlots(context, { encrypted: this.encrypted, openedWith: slot })
  }

  identify(plaintext: Uint8Array): ObjectId {
    return identifyObject(this.context.keys.id, plaintext)
  }

  async has(id: ObjectId): Promise<boolean> {
    const copies = await this.index.find(id)
    return copies.some((copy) => !this.index.isDamaged(copy))
  }

  /** First the registration, then the index, then what is condemned: `docs/format/prune-protocol.md`. */
  async openWriter(options: OpenWriterOptions = {}): Promise<RepositoryWriter> {
    const registration = await registerWriter(this.context)
    try {
      await this.index.refresh()
      for (const place of (await readDamageMarks(this.context)).places) this.index.noteDamagedAt(place)
      const trusted = await TrustedPacks.load(this.context, this.index)
      const adopted = await adoptPacks(this.context, this.index, trusted.unlisted())
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
    } catch (error) {
      await this.store.delete(registration)
      throw error
    }
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

  /** Registered, so that a prune waits for what it lists. */
  async rebuildIndex(): Promise<IndexRebuild> {
    const registration = await registerWriter(this.context)
    try {
      const { context, index } = this.#ofTheStoreAlone()
      await index.refresh()
      return await rebuildIndex(context, index)
    } finally {
      await this.store.delete(registration)
    }
  }

  close(): Promise<void> {
    return this.store.close()
  }

  /** For who asks what the store has: nothing of what this process has in memory, or this machine on its disk. */
  #ofTheStoreAlone(): { context: RepositoryContext; index: ObjectIndex; reader: PackedObjectReader } {
    const context = { ...this.context, localCopies: undefined }
    const index = new ObjectIndex(context)
    return { context, index, reader: new PackedObjectReader(context, index, new PackReader(context)) }
  }
}
