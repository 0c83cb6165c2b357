import { tmpdir } from 'node:os'
import type { CompressionSettings } from './compression/compression-settings.ts'
import { keyProvidersOf, type RepositorySecrets } from './encryption/repository-secrets.ts'
import { ConfirmationRequiredError } from './errors/confirmation-required-error.ts'
import type { SnapshotManifest, SnapshotSummary } from './format/snapshot-manifest.ts'
import type { StoredDiffSummary } from './format/stored-diff.ts'
import { type ApplyOptions, applyRestore, type RestoreResult } from './operations/apply-restore.ts'
import { type CheckOptions, type CheckReport, checkSnapshots } from './operations/check-snapshots.ts'
import { type CopiedSnapshot, type CopyOptions, copySnapshots } from './operations/copy-snapshots.ts'
import { type DiffOperand, openLive, schemaOf, snapshotOperand } from './operations/diff-operand.ts'
import { type DiffOptions, diffOperands } from './operations/diff-operands.ts'
import type { Difference } from './operations/difference.ts'
import { type ExportOptions, exportRecords } from './operations/export-records.ts'
import {
  type ForgetByPolicy,
  type ForgetReport,
  type ForgetSettings,
  forgetByPolicy,
  forgetNamed,
} from './operations/forget-snapshots.ts'
import type { OperationContext } from './operations/operation-context.ts'
import { type PinOptions, pinSnapshot } from './operations/pin-snapshot.ts'
import { planRestore } from './operations/plan-restore.ts'
import { type PruneOptions, pruneRepository } from './operations/prune-repository.ts'
import { collectionOf, type ReadRecordsOptions, readRecordBytes, readRecords } from './operations/read-records.ts'
import { type RepositoryStats, repositoryStats } from './operations/repository-stats.ts'
import { type PlanOptions, type RestorePlan, removesRecords } from './operations/restore-plan.ts'
import { readStoredDiff, storeDiff } from './operations/store-diff.ts'
import { type Snapshot, type TakeOptions, takeSnapshot } from './operations/take-snapshot.ts'
import { type UnlockOptions, unlockRepository } from './operations/unlock-repository.ts'
import type { DatabaseSource } from './ports/database-source.ts'
import type { DatabaseTarget } from './ports/database-target.ts'
import type { ObjectStore } from './ports/object-store.ts'
import type { Clock, Randomness } from './ports/system.ts'
import { createObjectRepository } from './repository/create-object-repository.ts'
import type { ObjectRepository } from './repository/object-repository.ts'
import { openObjectRepository } from './repository/open-object-repository.ts'
import type { Pin } from './repository/pin-catalog.ts'
import type { PruneReport } from './repository/pruning/prune-report.ts'
import type { RegisteredWriter } from './repository/writer-list.ts'
import { RepositoryKeyring } from './repository-keyring.ts'
import { processName } from './system/process-name.ts'
import { SystemClock } from './system/system-clock.ts'
import { SystemRandomness } from './system/system-randomness.ts'
import type { DiffId } from './values/diff-id.ts'
import type { JsonObject } from './values/json.ts'
import type { SchemaDocument } from './values/schema.ts'
import type { SnapshotId } from './values/snapshot-id.ts'

/** How a repository is opened: with one of its secrets, unless it is unencrypted. Of several, each is tried. */
export interface OpenRepositoryOptions extends RepositorySecrets {
  /** Where collections without a key are sorted, encrypted. Default: the system's temporary folder. */
  readonly temporaryFolder?: string
  /**
   * Milliseconds without a sign of life after which a writer of this process may be declared dead by a prune elsewhere; a sign comes
   * six times as often. Default an hour.
   */
  readonly writerLease?: number
  /** Default: the system's. */
  readonly clock?: Clock
  /** Default: the system's. */
  readonly randomness?: Randomness
}

/**
 * How a new repository is made: with a key slot for each secret that is given, or unencrypted when asked for in so many words.
 * `recoveryKey: generateRecoveryKey()` is worth giving: it opens the repository when the passphrase is forgotten.
 */
export interface CreateRepositoryOptions extends OpenRepositoryOptions {
  /** Everybody who reads the store reads the data. Default false. */
  readonly unencrypted?: boolean
  /** Default for all that is stored: zstd, level 1. */
  readonly compression?: CompressionSettings
}

/** A snapshot by its manifest or by a name: an id, a unique prefix of one, `latest`, `latest~1`, `<label>:latest`. */
export type SnapshotReference = string | Pick<SnapshotSummary, 'id'>

/** Snapshots to forget, whatever a policy would say. */
export interface ForgetNamed extends ForgetSettings {
  readonly policy?: never
  /** All or none of them; one whose manifest cannot be read by its whole id alone. */
  readonly snapshots: readonly SnapshotReference[]
}

/** One side of a diff. */
export type DiffReference = SnapshotReference | DatabaseSource

/**
 * A repository of snapshots: the way in to everything. Safe to use from several operations at a time.
 *
 * @example
 * const repository = await Repository.open(folder('./snapshots'), { passphrase })
 * const before = await repository.take(postgres(url))
 */
export class Repository {
  readonly #context: OperationContext
  /** The secrets that open it: list, add, remove, rotate. */
  readonly keys: RepositoryKeyring

  private constructor(objects: ObjectRepository, options: OpenRepositoryOptions, clock: Clock, randomness: Randomness) {
    this.#context = { objects, clock, randomness, temporaryFolder: options.temporaryFolder ?? tmpdir() }
    this.keys = new RepositoryKeyring(objects.keys, randomness)
  }

  /** Makes a repository in an empty place. Fails with `RepositoryExistsError`, or `UsageError` without any key. */
  static async create(store: ObjectStore, options: CreateRepositoryOptions = {}): Promise<Repository> {
    const system = await systemOf(options)
    const { unencrypted, compression } = options
    const objects = await createObjectRepository(store, {
      ...system,
      ...(unencrypted === undefined ? {} : { unencrypted }),
      ...(compression === undefined ? {} : { compression }),
    })
    return new Repository(objects, options, system.clock, system.randomness)
  }

  /** Opens a repository. Fails with `NotARepositoryError`, `WrongPassphraseError`, `NewerFormatError` or `DamagedError`. */
  static async open(store: ObjectStore, options: OpenRepositoryOptions = {}): Promise<Repository> {
    const system = await systemOf(options)
    return new Repository(await openObjectRepository(store, system), options, system.clock, system.randomness)
  }

  /** Whether its contents are encrypted. */
  get encrypted(): boolean {
    return this.#context.objects.encrypted
  }

  /**
   * Takes a snapshot of a database. It exists, durably, when this resolves; after a failure there is none, and what was stored
   * is found by the next one. Fails as the source does (`CONNECTION_FAILED`, `PERMISSION_DENIED`, `LOCK_TIMEOUT`, ...), with
   * `UnknownCollectionError` where a name fits nothing, with `InterruptedError` when its signal is aborted.
   */
  take(source: DatabaseSource, options: TakeOptions = {}): Promise<Snapshot> {
    return takeSnapshot(this.#context, source, options)
  }

  /** All snapshots, newest first. A damaged manifest fails it: no snapshot is hidden in silence. */
  async list(): Promise<readonly SnapshotSummary[]> {
    const { snapshots, damaged } = await this.#context.objects.snapshots.list()
    if (damaged[0] !== undefined) throw damaged[0].error
    return snapshots
  }

  /** A snapshot's manifest. Fails with `UnknownSnapshotError` or `AmbiguousSnapshotError`. */
  async get(snapshot: SnapshotReference): Promise<SnapshotManifest> {
    const { snapshots } = this.#context.objects
    const { id } = typeof snapshot === 'string' ? await snapshots.resolve(snapshot) : snapshot
    return snapshots.load(id)
  }

  /** The schema that a snapshot keeps, in an order in which it can be made. Needs no database. Fails as `get` does. */
  async schema(snapshot: SnapshotReference): Promise<SchemaDocument> {
    return schemaOf(this.#context, await this.get(snapshot))
  }

  /**
   * What changed from `left` to `right`: record changes by collection, then key order; schema changes; last a summary
   * with exact counts. Two snapshots are compared by what differs alone; a live database is read once. Leaving the loop
   * early frees the connections. Fails as `get` and the source do.
   */
  async *diff(left: DiffReference, right: DiffReference, options: DiffOptions = {}): AsyncGenerator<Difference, void> {
    const [before, after] = await this.#operands(left, right, options.signal)
    // Not `yield*`: it would cost a second step for each difference.
    for await (const batch of diffOperands(this.#context, before, after, options)) {
      for (const difference of batch) yield difference
    }
  }

  /**
   * Computes a diff, as `diff` does, and stores it: it can be read later without the databases and snapshots it was made of, as if it had just been
   * computed. It exists, durably, when this resolves; after a failure there is none. Fails as `diff` and `take` do.
   */
  storeDiff(left: DiffReference, right: DiffReference, options: DiffOptions = {}): Promise<StoredDiffSummary> {
    return storeDiff(this.#context, () => this.#operands(left, right, options.signal), options)
  }

  /** All stored diffs, newest first. One that is damaged fails it: none is hidden in silence. */
  async diffs(): Promise<readonly StoredDiffSummary[]> {
    const { diffs, damaged } = await this.#context.objects.diffs.list()
    if (damaged[0] !== undefined) throw damaged[0].error
    return diffs
  }

  /** What is known of a stored diff: its sides, its counts. Fails as `readDiff` does. */
  async getDiff(diff: string): Promise<StoredDiffSummary> {
    const { pages: _, ...summary } = await this.#context.objects.diffs.load(
      await this.#context.objects.diffs.resolve(diff),
    )
    return summary
  }

  /**
   * What a stored diff holds, one difference after the other, the summary last: what `diff` yielded. `diff` is its id or a unique prefix of it.
   * Fails with `UnknownDiffError`, and with `DamagedError` or `ObjectMissingError` where it cannot be read.
   */
  async *readDiff(diff: string, { signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<Difference, void> {
    yield* readStoredDiff(this.#context, await this.#context.objects.diffs.resolve(diff), signal)
  }

  /** Takes a stored diff out of the repository, readable or not; its pages stay until a prune. Resolves with its id. Fails with `UnknownDiffError`. */
  async forgetDiff(diff: string): Promise<DiffId> {
    const id = await this.#context.objects.diffs.resolve(diff)
    await this.#context.objects.diffs.remove(id)
    return id
  }

  /**
   * Records of one collection (by its whole name) in key order, each an object by column name. Needs no database. Fails
   * with `UnknownCollectionError`.
   */
  async *records(
    snapshot: SnapshotReference,
    collection: string,
    options: ReadRecordsOptions = {},
  ): AsyncGenerator<JsonObject, void> {
    yield* readRecords(this.#context, collectionOf(await this.get(snapshot), collection), options)
  }

  /** The bytes of all records of a collection, in the engine's own form (`layout.format`), in key order. */
  async *rawRecords(
    snapshot: SnapshotReference,
    collection: string,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<Buffer, void> {
    yield* readRecordBytes(this.#context, collectionOf(await this.get(snapshot), collection), signal)
  }

  /** Records as JSON, NDJSON or CSV, in pieces of about 64 KiB. Fails as `get` does, and with `UsageError` where CSV would hold several collections. */
  async *exportRecords(snapshot: SnapshotReference, options: ExportOptions): AsyncGenerator<Buffer, void> {
    yield* exportRecords(this.#context, await this.get(snapshot), options)
  }

  /**
   * What a restore would do, with exact counts, for the target as it is now. Writes nothing that others see. Fails with
   * `TargetNotEmptyError` (`create`), `IncompatibleTargetError`, `LockTimeoutError`, and as `get` and the target do.
   */
  async plan(snapshot: SnapshotReference, target: DatabaseTarget, options: PlanOptions): Promise<RestorePlan> {
    return planRestore(this.#context, await this.get(snapshot), target, options)
  }

  /**
   * Carries out a plan: safety snapshot, then all at once, then a proof by diff. Until the commit nothing that others see is
   * changed. Fails with `TargetMovedError` where the target is not what the plan saw, `KeyExistsError` (`append`),
   * `TargetFailedError` (nothing was changed), `RestoreUnprovenError` (it was).
   */
  apply(plan: RestorePlan, options: ApplyOptions = {}): Promise<RestoreResult> {
    return applyRestore(this.#context, plan, options)
  }

  /** `plan` and `apply`. Refuses to remove or replace records without `confirm: true` (`ConfirmationRequiredError`). */
  async restore(
    snapshot: SnapshotReference,
    target: DatabaseTarget,
    options: PlanOptions & ApplyOptions & { readonly confirm?: boolean },
  ): Promise<RestoreResult> {
    const plan = await this.plan(snapshot, target, options)
    if (removesRecords(plan) && options.confirm !== true) {
      throw new ConfirmationRequiredError('this restore would remove or replace records', {
        hint: 'Look at `plan` first, then pass `confirm: true`, or apply the plan.',
        data: { collections: plan.collections.map((collection) => ({ ...collection })) },
      })
    }
    return this.apply(plan, options)
  }

  /**
   * Forgets snapshots: those a policy does not keep, source by source, or those that are named. Their manifests are deleted, oldest first; what
   * only they needed stays until a prune. Pinned ones stay: a policy passes them over, naming one fails with `SnapshotPinnedError`; what is
   * pinned while it runs is missing in `forgotten`. A source keeps its last good snapshot: naming it fails with `LastSnapshotError`, unless
   * `allowLast`. Cut off, it has forgotten some; run it again. Fails with `UsageError` for a policy that would keep nothing.
   *
   * @example
   * const { decisions } = await repository.forget({ policy: { keepLast: 3, keepDaily: 7 }, dryRun: true })
   */
  async forget(options: ForgetByPolicy | ForgetNamed): Promise<ForgetReport> {
    if (options.snapshots === undefined) return forgetByPolicy(this.#context, options)
    const ids = new Set<SnapshotId>()
    for (const snapshot of options.snapshots) ids.add(await this.#idOf(snapshot))
    return forgetNamed(this.#context, ids, options)
  }

  /**
   * Keeps a snapshot from being forgotten, until it is unpinned or the pin ends by itself; replaces an earlier pin. Fails as `get` does, and with
   * `UsageError` where its end is not to come.
   */
  async pin(snapshot: SnapshotReference, options: PinOptions = {}): Promise<Pin> {
    return pinSnapshot(this.#context, await this.#idOf(snapshot), options)
  }

  /** Takes a snapshot's pin away. Resolves with whether there was one. Fails as `get` does. */
  async unpin(snapshot: SnapshotReference): Promise<boolean> {
    return this.#context.objects.pins.remove(await this.#idOf(snapshot))
  }

  /** Pins in force, by snapshot. One that cannot be read is among them. */
  pins(): Promise<readonly Pin[]> {
    return this.#context.objects.pins.list()
  }

  /** Checks the store's files and that every snapshot finds all it names; reads as many objects as asked for. Damage is reported, not thrown. */
  check(options: CheckOptions = {}): Promise<CheckReport> {
    return checkSnapshots(this.#context, options)
  }

  /** Where the bytes are: by snapshot, source and kind. Reads the index and all tree nodes. Fails with `DamagedError` or `ObjectMissingError`. */
  stats(options: { readonly signal?: AbortSignal } = {}): Promise<RepositoryStats> {
    return repositoryStats(this.#context, options)
  }

  /**
   * Copies snapshots (default: all) into another repository, encrypted anew with its keys. Manifests keep source, times and
   * tags, and name their originals; ids are new. Incremental: what was copied before is neither read nor stored again. Each
   * copy exists, durably and verified, as soon as it is made. Fails as `get` does, and with `UsageError` where `other` is
   * this repository.
   */
  async copyTo(
    other: Repository,
    { snapshots, ...options }: CopyOptions & { readonly snapshots?: readonly SnapshotReference[] } = {},
  ): Promise<readonly CopiedSnapshot[]> {
    const all = await this.list()
    if (snapshots === undefined) return copySnapshots(this.#context, other.#context, all, options)
    const wanted = new Set<string>()
    for (const snapshot of snapshots) {
      const { id } = typeof snapshot === 'string' ? await this.#context.objects.snapshots.resolve(snapshot) : snapshot
      wanted.add(id)
    }
    const chosen = all.filter(({ id }) => wanted.has(id))
    return copySnapshots(this.#context, other.#context, chosen, options)
  }

  /**
   * Deletes what no snapshot needs, in phases, beside any number of takes: a first run marks packs, a later one deletes them when everybody has
   * ended who may rest on them and the grace period is over. May be killed at any time; the next run goes on. Fails with `DamagedError` or
   * `ObjectMissingError`, before anything is deleted, where it cannot know what is needed.
   */
  prune(options: PruneOptions = {}): Promise<PruneReport> {
    return pruneRepository(this.#context, options)
  }

  /** Who is at work in this repository, or died in it, from whatever machine. */
  writers(): Promise<readonly RegisteredWriter[]> {
    return this.#context.objects.writers()
  }

  /** Declares writers dead, so that a prune waits for them no longer. Fails with `UsageError` for one that may be alive, unless forced. */
  unlock(options: UnlockOptions = {}): Promise<readonly RegisteredWriter[]> {
    return unlockRepository(this.#context, options)
  }

  /** Releases the store. The repository is not used afterwards. */
  close(): Promise<void> {
    return this.#context.objects.close()
  }

  async #idOf(snapshot: SnapshotReference): Promise<SnapshotId> {
    return typeof snapshot === 'string' ? this.#context.objects.snapshots.resolveId(snapshot) : snapshot.id
  }

  async #operands(
    left: DiffReference,
    right: DiffReference,
    signal: AbortSignal | undefined,
  ): Promise<[DiffOperand, DiffOperand]> {
    const before = await this.#operand(left, signal)
    try {
      return [before, await this.#operand(right, signal)]
    } catch (error) {
      await before.close()
      throw error
    }
  }

  async #operand(side: DiffReference, signal: AbortSignal | undefined): Promise<DiffOperand> {
    if (typeof side === 'object' && 'openReadPoint' in side) return openLive(side, signal)
    return snapshotOperand(this.#context, await this.get(side))
  }
}

async function systemOf(options: OpenRepositoryOptions) {
  const clock = options.clock ?? new SystemClock()
  const randomness = options.randomness ?? new SystemRandomness()
  const { writerLease } = options
  const keyProvider = await keyProvidersOf(options, randomness)
  return {
    clock,
    randomness,
    keyProvider,
    process: processName(),
    ...(writerLease === undefined ? {} : { writerLease }),
  }
}
