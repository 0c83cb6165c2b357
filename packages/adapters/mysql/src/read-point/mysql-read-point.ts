import { eitherSignal } from '@dbsnap/core/adapter'
import { InterruptedError, SourceFailedError, UnknownCollectionError } from '@dbsnap/core/errors'
import type { ReadPoint, ReadPointOptions, SourceCollection, SourceFacts } from '@dbsnap/core/ports'
import type { SchemaListing } from '@dbsnap/core/values'
import { MysqlConnection } from '../connection/mysql-connection.ts'
import type { RowStream } from '../connection/row-stream.ts'
import type { ResolvedMysqlOptions } from '../mysql-options.ts'
import { mayLoseText } from '../mysql-type-map.ts'
import type { TableFacts } from '../schema/table-facts.ts'
import { quoteName } from '../sql-text.ts'
import { selectStatement } from './source-collection.ts'

export interface ReadPointParts {
  /** Those that see the moment. The first also keeps the chosen tables from being altered. */
  readonly connections: readonly MysqlConnection[]
  readonly options: ResolvedMysqlOptions
  readonly request: ReadPointOptions
  readonly collections: readonly SourceCollection[]
  readonly tables: ReadonlyMap<string, TableFacts>
  readonly schema: SchemaListing
  readonly facts: SourceFacts
}

/**
 * Connections that see one moment. No other can join them later, so a read that is left early is cancelled at the
 * server and its connection kept. Where there are more reads than connections they wait for each other.
 */
export class MysqlReadPoint implements ReadPoint {
  readonly facts: SourceFacts
  readonly collections: readonly SourceCollection[]
  readonly schema: SchemaListing
  readonly #parts: ReadPointParts
  readonly #names: ReadonlySet<string>
  readonly #idle: MysqlConnection[]
  readonly #waiting: ((connection: MysqlConnection) => void)[] = []

  constructor(parts: ReadPointParts) {
    this.#parts = parts
    this.facts = parts.facts
    this.schema = parts.schema
    this.collections = parts.collections
    this.#names = new Set(parts.collections.map(({ name }) => name))
    this.#idle = [...parts.connections]
  }

  async *read(
    collection: string,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<Buffer, void, undefined> {
    const signal = eitherSignal(options.signal, this.#parts.request.signal)
    const table = this.#names.has(collection) ? this.#parts.tables.get(collection) : undefined
    if (table === undefined) {
      throw new UnknownCollectionError(`${collection} was not chosen for this read`, {
        hint: 'Choose it when the read point is opened.',
      })
    }
    const interrupted = (): InterruptedError =>
      new InterruptedError(`reading ${collection} was cancelled`, { hint: 'Nothing was published.' })
    if (signal?.aborted) throw interrupted()
    const connection = await this.#acquire()
    const abort = (): void => connection.destroy()
    signal?.addEventListener('abort', abort, { once: true })
    const rows = connection.rows(selectStatement(table))
    let whole = false
    try {
      for await (const bytes of rows) {
        if (signal?.aborted) throw interrupted()
        yield bytes
      }
      whole = true
      await refuseLostText(connection, table)
      if (signal?.aborted) throw interrupted()
    } catch (error) {
      if (signal?.aborted) throw interrupted()
      throw connection.translate(error, `read ${collection}`)
    } finally {
      signal?.removeEventListener('abort', abort)
      if (!whole && !connection.ended) await this.#cancel(connection, rows)
      this.#release(connection)
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.connections.map((connection) => connection.close()))
  }

  async #acquire(): Promise<MysqlConnection> {
    const idle = this.#idle.pop()
    return idle ?? new Promise((resolve) => this.#waiting.push(resolve))
  }

  #release(connection: MysqlConnection): void {
    const next = this.#waiting.shift()
    if (next !== undefined) next(connection)
    else this.#idle.push(connection)
  }

  /** Ends the statement and not the transaction. A cancel that comes late would hit the next statement: one that may fail. */
  async #cancel(connection: MysqlConnection, rows: RowStream): Promise<void> {
    try {
      const other = await MysqlConnection.open(this.#parts.options)
      await other.run('cancel a read', `KILL QUERY ${connection.id}`).finally(() => other.close())
      await rows.drain()
      await connection.run('end a read', 'DO 0').catch(() => {})
    } catch {
      connection.destroy() // the moment is lost to this connection: the next read of it says so
    }
  }
}

/** Characters of some older charsets have no counterpart, and would be question marks. */
async function refuseLostText(connection: MysqlConnection, table: TableFacts): Promise<void> {
  for (const column of table.columns.filter((candidate) => !candidate.generated && mayLoseText(candidate))) {
    const name = quoteName(column.name)
    const [row] = await connection.query(
      `look at the texts of ${table.name}`,
      `SELECT COUNT(*) AS count FROM ${quoteName(table.name)}
        WHERE CAST(CONVERT(CONVERT(${name} USING utf8mb4) USING ${column.charset}) AS BINARY) <> CAST(${name} AS BINARY)`,
    )
    if (Number(row?.count) === 0) continue
    throw new SourceFailedError(`column ${column.name} of ${table.name} holds texts that UTF-8 cannot carry`, {
      hint: `Its charset ${column.charset} has characters without a counterpart. Convert the column, or exclude the table.`,
      data: { table: table.name, column: column.name, count: Number(row?.count) },
    })
  }
}
