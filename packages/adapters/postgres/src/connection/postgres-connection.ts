import { type DriverClient, importPostgresDriver, type PostgresDriver } from '../postgres-client.ts'
import { translatePostgresError } from '../postgres-error-translation.ts'
import { labelOf, type ResolvedPostgresOptions } from '../postgres-options.ts'
import { connectDriver, destroyClient } from './connect-driver.ts'
import { CopyOut } from './copy-out.ts'
import { READ_VALUES } from './read-values.ts'

/** One connection to a server, whose failures arrive in our words. */
export class PostgresConnection {
  readonly client: DriverClient
  readonly driver: PostgresDriver
  /** `host:port/database`. */
  readonly label: string
  #ended = false

  constructor(client: DriverClient, driver: PostgresDriver, label: string) {
    this.client = client
    this.driver = driver
    this.label = label
    client.once('end', () => {
      this.#ended = true
    })
  }

  /** Connects; importing the driver first where none was given. Fails as `connectDriver` does. */
  static async open(options: ResolvedPostgresOptions, signal?: AbortSignal): Promise<PostgresConnection> {
    const driver = options.driver ?? (await importPostgresDriver())
    const client = await connectDriver(driver, options, signal)
    return new PostgresConnection(client, driver, labelOf(options))
  }

  /** Whether the connection is gone. */
  get ended(): boolean {
    return this.#ended
  }

  /** Runs one statement; values of the rows are read as `READ_VALUES` says. `doing` completes "could not ...". */
  async query<Row>(doing: string, text: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return (await this.client.query({ text, values, types: READ_VALUES })).rows as Row[]
    } catch (error) {
      throw translatePostgresError(error, { label: this.label, doing })
    }
  }

  /** Runs statements without parameters or results, separated by semicolons, in one round trip. */
  async run(doing: string, text: string): Promise<void> {
    try {
      await this.client.query(text)
    } catch (error) {
      throw translatePostgresError(error, { label: this.label, doing })
    }
  }

  /**
   * The bytes of a `COPY ... TO STDOUT`, with back-pressure. Leaving the loop early leaves the statement running: the
   * connection is then good for nothing but `destroy`.
   */
  async *copyOut(doing: string, statement: string): AsyncGenerator<Buffer, void, undefined> {
    try {
      yield* this.client.query(new CopyOut(statement))
    } catch (error) {
      throw translatePostgresError(error, { label: this.label, doing })
    }
  }

  /** Ends the connection at once, whatever it is doing. */
  destroy(): void {
    this.#ended = true
    destroyClient(this.client)
  }

  /** Says goodbye to the server. Quiet when the connection is gone. */
  async close(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    await this.client.end().catch(() => {})
  }
}
