import { eitherSignal } from '@dbsnap/core/adapter'
import { InterruptedError, isDbSnapError, ReadPointLostError, UnknownCollectionError } from '@dbsnap/core/errors'
import type { ReadPoint, ReadPointOptions, SourceCollection, SourceFacts } from '@dbsnap/core/ports'
import type { SchemaListing } from '@dbsnap/core/values'
import { PostgresConnection } from '../connection/postgres-connection.ts'
import type { ResolvedPostgresOptions } from '../postgres-options.ts'
import type { StoredRows } from '../schema/stored-rows.ts'
import type { TableFacts } from '../schema/table-facts.ts'
import { beginReading, forgetLocks, joinRead, type ServerFacts } from './begin-read.ts'
import { isMissing } from './lock-tables.ts'
import { type ReadableTable, readableTable } from './source-collection.ts'

export interface ReadPointParts {
  /** Holds the locks and the snapshot. */
  readonly main: PostgresConnection
  /** Sees the snapshot, in the database's encoding. */
  readonly first: PostgresConnection
  readonly options: ResolvedPostgresOptions
  readonly request: ReadPointOptions
  readonly collections: readonly SourceCollection[]
  /** At least those of `collections`. */
  readonly tables: StoredRows<TableFacts>
  readonly schema: SchemaListing
  readonly facts: SourceFacts
  readonly server: ServerFacts
}

/**
 * From so many tables on, a reading connection gives its locks back after each: by default a server has room for some 10 000, and the
 * main connection holds one for each table. Costs a round trip.
 */
const MANY_TABLES = 500

/**
 * Several connections that see one moment. The main one holds the snapshot and the locks and reads nothing, because a
 * read that is left early ends its connection, and with the main one the moment would be lost. The others are opened
 * when they are needed.
 */
export class PostgresReadPoint implements ReadPoint {
  readonly facts: SourceFacts
  readonly collections: readonly SourceCollection[]
  readonly schema: SchemaListing
  readonly #parts: ReadPointParts
  readonly #names: ReadonlySet<string>
  readonly #idle: PostgresConnection[] = []
  readonly #all = new Set<PostgresConnection>()
  #warned = false

  constructor(parts: ReadPointParts) {
    this.#parts = parts
    this.facts = parts.facts
    this.schema = parts.schema
    this.collections = parts.collections
    this.#names = new Set(parts.collections.map(({ name }) => name))
    this.#idle.push(parts.first)
    this.#all.add(parts.main)
    this.#all.add(parts.first)
  }

  async *read(
    collection: string,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<Buffer, void, undefined> {
    const signal = eitherSignal(options.signal, this.#parts.request.signal)
    const facts = this.#names.has(collection) ? this.#parts.tables.get(collection) : undefined
    if (facts === undefined) {
      throw new UnknownCollectionError(`${collection} was not chosen for this read`, {
        hint: 'Choose it when the read point is opened.',
      })
    }
    const table = readableTable(facts)
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
      await this.#verify(connection, table)
      whole = true
    } catch (error) {
      if (signal?.aborted) throw interrupted()
      // Names were there under our locks; what is missing now went with its schema's name.
      if (isMissing(error)) throw movedAway(collection)
      throw this.#parts.server.standby && isConnectionLost(error) ? conflict(collection, error) : error
    } finally {
      signal?.removeEventListener('abort', abort)
      if (whole) this.#idle.push(connection)
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
    const { options, facts, server } = this.#parts
    const connection = await PostgresConnection.open(options, signal)
    this.#all.add(connection)
    try {
      await joinRead(connection, facts.readPoint, server.version, options.lockTimeoutSeconds)
      await beginReading(connection, server.encoding)
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

  /**
   * No lock of ours keeps anybody from giving a schema's name to another, so the name that was read is looked up again.
   * Warns once where the read has kept vacuum from cleaning up for long.
   */
  async #verify(connection: PostgresConnection, { oid, sql, collection }: ReadableTable): Promise<void> {
    const [row] = await connection.query<{ seconds: number; same: boolean }>(
      'look what was read',
      `SELECT extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.transaction_timestamp())::float8 AS seconds,
              pg_catalog.to_regclass($1) IS NOT DISTINCT FROM $2::pg_catalog.oid AS same`,
      [sql, oid],
    )
    if (row?.same !== true) throw movedAway(collection)
    if (this.collections.length > MANY_TABLES) await forgetLocks(connection)
    if (this.#warned || row.seconds <= this.#parts.options.vacuumWarningSeconds) return
    this.#warned = true
    this.#parts.request.onWarning({
      code: 'VACUUM_HELD_BACK',
      message: `the read has kept vacuum from removing dead rows for ${Math.round(row.seconds / 60)} minutes`,
    })
  }
}

function isConnectionLost(error: unknown): boolean {
  return isDbSnapError(error) && error.code === 'CONNECTION_FAILED'
}

/** What a standby says when it ends a connection is lost with it, where the reader was slower than the server. */
function conflict(collection: string, cause: unknown): ReadPointLostError {
  return new ReadPointLostError(`the standby ended the read of ${collection}, probably to go on with its recovery`, {
    hint: 'Try again; max_standby_streaming_delay gives reads more time, or read from the primary.',
    data: { collection },
    cause,
  })
}

function movedAway(collection: string): ReadPointLostError {
  return new ReadPointLostError(`${collection} is no longer the table that it was when the read began`, {
    hint: 'Its schema was renamed meanwhile. Try again.',
    data: { collection },
  })
}
