import { encodeSealedDocument } from '../format/sealed-document-codec.ts'
import { parseSnapshotId, type SnapshotId } from '../values/snapshot-id.ts'
import { declaredDead } from './declared-dead.ts'
import type { RepositoryContext } from './repository-context.ts'
import { FILE_ID_BYTES, WRITERS_PREFIX } from './repository-files.ts'
import { isClosed } from './tombstones.ts'
import { type WriterOperation, writerFile } from './writer-file.ts'

/** A writer says this often within its lease that it is alive: five signs may be lost. */
const SIGNS_PER_LEASE = 6

/**
 * Announces a writer, so that prune leaves alone what it may rest on, and renews that until it ends. Its id is the id of the one
 * root (snapshot or stored diff) that it may publish: who declares it dead takes that name. `docs/format/prune-protocol.md`.
 */
export class WriterRegistration {
  readonly id: SnapshotId
  readonly #context: RepositoryContext
  readonly #body: readonly Buffer[]
  readonly #ended = new AbortController()
  #renewing: Promise<void> = Promise.resolve()

  private constructor(context: RepositoryContext, id: Buffer, operation: WriterOperation) {
    this.id = parseSnapshotId(id.toString('hex'))
    this.#context = context
    const started = context.clock.now().toISOString()
    const facts = { operation, ...context.process, started, lease: context.writerLease }
    this.#body = encodeSealedDocument(writerFile(context, this.id), [facts], context.randomness)
  }

  /** Resolves when everybody can see it. */
  static async begin(context: RepositoryContext, operation: WriterOperation): Promise<WriterRegistration> {
    const registration = new WriterRegistration(context, context.randomness.bytes(FILE_ID_BYTES), operation)
    await context.store.put(registration.#key, registration.#body, { exclusive: true })
    registration.#renewing = registration.#renew()
    return registration
  }

  /**
   * Throws `StoreFailedError` where the registration is gone: somebody has declared this writer dead and may delete what
   * it rests on, so it must not publish.
   */
  async require(): Promise<void> {
    await this.seen()
    // A sign of life that was on its way may have brought the file back.
    if (await isClosed(this.#context, this.id)) throw declaredDead(this.#key)
  }

  /** Its last sign of life, by the store's clock: a time that is surely past. */
  async seen(): Promise<Date> {
    const file = await this.#context.store.stat(this.#key)
    if (file === undefined) throw declaredDead(this.#key)
    return file.modified
  }

  /** Quiet where it is gone. */
  async end(): Promise<void> {
    this.#ended.abort()
    await this.#renewing
    await this.#context.store.delete(this.#key)
  }

  get #key(): string {
    return WRITERS_PREFIX + this.id
  }

  async #renew(): Promise<void> {
    const { clock, store, writerLease } = this.#context
    const { signal } = this.#ended
    while (!signal.aborted) {
      try {
        await clock.sleep(writerLease / SIGNS_PER_LEASE, signal)
        await this.require()
        await store.put(this.#key, this.#body)
      } catch {
        // A sign that is lost is no harm: `require` decides at the end. Nor is one that comes after somebody has declared us dead: the name is taken.
      }
    }
  }
}
