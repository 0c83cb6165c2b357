import { destroyClient } from '../connection/connect-driver.ts'
import { CopyOut } from '../connection/copy-out.ts'
import type { CopyInStream, DriverClient } from '../postgres-client.ts'
import type { SchemaClient } from '../schema/schema-client.ts'
import { CopyIn } from './copy-in.ts'
import { targetSettings } from './target-settings.ts'

export type Row = Record<string, unknown>

/** What a connection needs from the rest of the package. */
export interface TargetConnectionParts {
  readonly client: DriverClient
  /** Makes the driver's COPY stream. */
  readonly copyStream: (statement: string) => CopyInStream
  /** Makes one of our errors of what the driver reports; `doing` completes "could not ...". */
  readonly translate: (error: unknown, doing: string) => Error
  readonly lockTimeoutMs: number
  /** Aborted: the connection ends at once, whatever it is doing, and the server takes its transaction back. */
  readonly signal?: AbortSignal
}

/** One connection that writes to a target. Everything it does lies in transactions with pinned settings. */
export class TargetConnection {
  readonly #parts: TargetConnectionParts
  #serverVersion = 0

  readonly #abort = (): void => destroyClient(this.#parts.client)

  constructor(parts: TargetConnectionParts) {
    this.#parts = parts
    parts.signal?.addEventListener('abort', this.#abort, { once: true })
  }

  /** The server's version as `server_version_num`; known after the first `begin`. */
  get serverVersion(): number {
    return this.#serverVersion
  }

  get client(): DriverClient {
    return this.#parts.client
  }

  /** Begins a read-write transaction with the pinned settings and `more`. */
  async begin(more: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.run('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE', 'begin a transaction')
    if (this.#serverVersion === 0) {
      const [row] = await this.rows("SELECT current_setting('server_version_num')::int AS version")
      this.#serverVersion = Number(row?.version)
    }
    await this.set({ ...targetSettings(this.#serverVersion, this.#parts.lockTimeoutMs), ...more })
  }

  /** Sets parameters until the end of the transaction. */
  async set(settings: Readonly<Record<string, string>>): Promise<void> {
    await this.rows('SELECT set_config(name, value, true) FROM unnest($1::text[], $2::text[]) AS s(name, value)', [
      Object.keys(settings),
      Object.values(settings),
    ])
  }

  /** Runs one statement without parameters; returns the number of rows it touched. */
  async run(statement: string, doing = 'write to the target'): Promise<number> {
    try {
      const result = await this.#parts.client.query(statement)
      return result.rowCount ?? 0
    } catch (error) {
      throw this.#parts.translate(error, doing)
    }
  }

  async rows(statement: string, values: readonly unknown[] = [], doing = 'read from the target'): Promise<Row[]> {
    try {
      const result = await this.#parts.client.query(statement, values)
      return result.rows as Row[]
    } catch (error) {
      throw this.#parts.translate(error, doing)
    }
  }

  /** As the schema reader sees it. */
  get schemaClient(): SchemaClient {
    return {
      query: (sql) => this.run(sql, 'read the schema'),
      copyOut: (statement) => this.#copyOut(statement, 'read the schema'),
    }
  }

  async *#copyOut(statement: string, doing: string): AsyncGenerator<Buffer, void, undefined> {
    try {
      yield* this.#parts.client.query(new CopyOut(statement))
    } catch (error) {
      throw this.#parts.translate(error, doing)
    }
  }

  /** Begins a `COPY ... FROM STDIN`. Nothing else may be asked of the connection until it has ended. */
  copyIn(statement: string, doing: string): CopyIn {
    const { client, copyStream, translate } = this.#parts
    return new CopyIn(client.query(copyStream(statement)), client.connection?.stream, (error) =>
      translate(error, doing),
    )
  }

  commit(): Promise<number> {
    return this.run('COMMIT', 'commit')
  }

  /** From here on the signal is not listened to: a commit that was sent may not be called interrupted. */
  ignoreSignal(): void {
    this.#parts.signal?.removeEventListener('abort', this.#abort)
  }

  /** Takes the transaction back. Quiet where the connection is gone: the server does it then. */
  async rollback(): Promise<void> {
    await this.#parts.client.query('ROLLBACK').catch(() => {})
  }

  /** Ends the connection. Quiet where it is gone already. */
  async close(): Promise<void> {
    this.ignoreSignal()
    await this.#parts.client.end().catch(() => {})
  }
}
