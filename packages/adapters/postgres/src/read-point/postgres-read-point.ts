import { InterruptedError, UnknownCollectionError } from '@dbsnap/core/errors'
import type { ReadPoint, ReadPointOptions, SourceCollection, SourceFacts } from '@dbsnap/core/ports'
import type { SchemaDocument } from '@dbsnap/core/values'
import { PostgresConnection } from '../connection/postgres-connection.ts'
import type { ResolvedPostgresOptions } from '../postgres-options.ts'
import { joinRead } from './begin-read.ts'
import type { ReadableTable } from './source-collection.ts'

export interface ReadPointParts {
  readonly main: PostgresConnection
  readonly options: ResolvedPostgresOptions
  readonly request: ReadPointOptions
  readonly tables: readonly ReadableTable[]
  readonly schema: SchemaDocument
  readonly facts: SourceFacts
  /** The database's, in the server's words. */
  readonly encoding: string
}

/**
 * Several connections that see one moment. The main one holds the snapshot and the locks and reads nothing, because a
 * read that is left early ends its connection, and with the main one the moment would be lost. The others are opened
 * when they are needed.
 */
export class PostgresReadPoint implements ReadPoint {
  readonly facts: SourceFacts
  readonly schema: SchemaDocument
  readonly collections: readonly SourceCollection[]
  readonly #parts: ReadPointParts
  readonly #idle: PostgresConnection[] = []
  readonly #all = new Set<PostgresConnection>()
  #warned = false

  constructor(parts: ReadPointParts) {
    this.#parts = parts
    this.facts = parts.facts
    this.schema = parts.schema
    this.collections = parts.tables.map(({ collection }) => collection)
    this.#all.add(parts.main)
  }

  async *read(
    collection: string,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<Buffer, void, undefined> {
    const signal = either(options.signal, this.#parts.request.signal)
    const table = this.#parts.tables.find((candidate) => candidate.collection.name === collection)
    if (table === undefined) {
      throw new UnknownCollectionError(`${collection} was not chosen for this read`, {
        hint: 'Choose it when the read point is opened.',
      })
    }
    const interrupted = (): InterruptedError =>
      new InterruptedError(`reading ${collection} was cancelled`, { hint: 'Nothing was published.' })
    if (signal?.aborted) throw interrupted()
    const connection = await this.#acquire(signal)
    const abort = (): void => connection.destroy()
    signal?.addEventListener('abort', abort, { once: true })
    let whole = false
    try {
      for await (const bytes of connection.copyOut(`read ${collection}`, table.statement)) {
        if (signal?.aborted) throw interrupted()
        yield bytes
      }
      if (signal?.aborted) throw interrupted()
      whole = true
    } catch (error) {
      if (signal?.aborted) throw interrupted()
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
      if (whole) await this.#release(connection)
      else this.#drop(connection)
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((connection) => connection.close()))
    this.#all.clear()
  }

  async #acquire(signal: AbortSignal | undefined): Promise<PostgresConnection> {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    const { options, facts, encoding } = this.#parts
    const connection = await PostgresConnection.open(options, signal)
    this.#all.add(connection)
    try {
      await joinRead(connection, facts.readPoint, options.lockTimeoutSeconds, encoding)
      return connection
    } catch (error) {
      this.#drop(connection)
      throw error
    }
  }

  #drop(connection: PostgresConnection): void {
    this.#all.delete(connection)
    connection.destroy()
  }

  /** Gives a connection back, and warns once where the read has kept vacuum from cleaning up for long. */
  async #release(connection: PostgresConnection): Promise<void> {
    if (!this.#warned) {
      const [row] = await connection.query<{ seconds: number }>(
        'look at the time',
        'SELECT extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.transaction_timestamp())::float8 AS seconds',
      )
      const seconds = row?.seconds ?? 0
      if (seconds > this.#parts.options.vacuumWarningSeconds) {
        this.#warned = true
        this.#parts.request.onWarning({
          code: 'VACUUM_HELD_BACK',
          message: `the read has kept vacuum from removing dead rows for ${Math.round(seconds / 60)} minutes`,
        })
      }
    }
    this.#idle.push(connection)
  }
}

/** Aborted as soon as one of the two is. */
function either(a: AbortSignal | undefined, b: AbortSignal | undefined): AbortSignal | undefined {
  return a !== undefined && b !== undefined ? AbortSignal.any([a, b]) : (a ?? b)
}
