import type { Readable } from 'node:stream'
import type { FailureContext } from '@dbsnap/core/adapter'
import { type DriverConnection, type DriverOutcome, importMysqlDriver } from '../mysql-client.ts'
import { translateMysqlError } from '../mysql-error-translation.ts'
import { labelOf, type ResolvedMysqlOptions } from '../mysql-options.ts'
import { connectDriver } from './connect-driver.ts'
import { lostConnection } from './lost-connection.ts'
import { RowStream } from './row-stream.ts'

/** A row of our own queries: every value as the server's text, NULL as null. */
export type TextRow = Readonly<Record<string, string | null>>

/** One connection to a server, whose failures arrive in our words. */
export class MysqlConnection {
  readonly #driver: DriverConnection
  /** `host:port/database`. */
  readonly label: string
  readonly #side: NonNullable<FailureContext['side']>
  #ended = false
  /** Of statements under way: the driver forgets them where it is us who end the connection. */
  readonly #pending = new Set<(error: Error) => void>()

  constructor(driver: DriverConnection, label: string, side: NonNullable<FailureContext['side']>) {
    this.#driver = driver
    this.label = label
    this.#side = side
    driver.stream.once('close', () => {
      this.#ended = true
      for (const reject of this.#pending) reject(lostConnection())
    })
  }

  /** Connects; importing the driver first where none was given. Fails as `connectDriver` does. */
  static async open(
    options: ResolvedMysqlOptions,
    signal?: AbortSignal,
    side: NonNullable<FailureContext['side']> = 'source',
  ): Promise<MysqlConnection> {
    const driver = options.driver ?? (await importMysqlDriver())
    return new MysqlConnection(await connectDriver(driver, options, signal), labelOf(options), side)
  }

  /** Whether the connection is gone. */
  get ended(): boolean {
    return this.#ended
  }

  /** By which another connection can cancel a statement of this one. */
  get id(): number {
    return this.#driver.threadId
  }

  /** The rows of one statement; `?` in it stand for `values`. `doing` completes "could not ...". */
  async query<Row extends object = TextRow>(
    doing: string,
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    return (await this.#ask(doing, { sql, values })) as Row[]
  }

  /** Runs one statement without rows. */
  async run(doing: string, sql: string, values: readonly unknown[] = []): Promise<DriverOutcome> {
    return (await this.#ask(doing, { sql, values })) as DriverOutcome
  }

  /** Runs a `LOAD DATA LOCAL` and sends it `records`, which is destroyed with what went wrong where it fails. */
  async loadLocal(doing: string, sql: string, records: Readable): Promise<DriverOutcome> {
    return (await this.#ask(doing, { sql, infileStreamFactory: () => records })) as DriverOutcome
  }

  /** The records of a SELECT. Nothing else can be asked of the connection until it has been read or drained. */
  rows(sql: string): RowStream {
    return new RowStream(this.#driver, sql)
  }

  /** One of our errors of whatever went wrong. */
  translate(error: unknown, doing: string): Error {
    return translateMysqlError(error, { label: this.label, doing, side: this.#side })
  }

  /** Ends the connection at once, whatever it is doing. */
  destroy(): void {
    this.#ended = true
    this.#driver.destroy()
    this.#driver.stream.destroy()
  }

  /** Calls `listener` when the connection is gone, for whatever reason. */
  onClose(listener: () => void): void {
    this.#driver.stream.once('close', listener)
  }

  /** Says goodbye to the server. Quiet when the connection is gone. */
  async close(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    await new Promise<void>((resolve) => this.#driver.end(() => resolve()))
  }

  async #ask(doing: string, query: Parameters<DriverConnection['query']>[0]): Promise<unknown> {
    let giveUp = (_: Error) => {}
    try {
      return await new Promise((resolve, reject) => {
        giveUp = reject
        this.#pending.add(giveUp)
        if (this.#driver.stream.destroyed) throw lostConnection()
        this.#driver.query({ ...query, typeCast: (field) => field.string('utf8') }, (error, result) => {
          if (error === null || error === undefined) resolve(result)
          else reject(error)
        })
      })
    } catch (error) {
      throw this.translate(error, doing)
    } finally {
      this.#pending.delete(giveUp)
    }
  }
}
