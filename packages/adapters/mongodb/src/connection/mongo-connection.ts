import { InterruptedError } from '@dbsnap/core/errors'
import {
  type Document,
  type DriverClient,
  type DriverSession,
  importMongoDriver,
  type MongoDriver,
} from '../mongodb-client.ts'
import { translateError } from '../mongodb-error-translation.ts'
import type { ResolvedMongoOptions } from '../mongodb-options.ts'

/** How a command is run. */
export interface RunOptions {
  /** Completes "could not ...". */
  readonly doing: string
  /** What is nested comes as bytes. Default false: as objects, numbers as those of JavaScript. */
  readonly raw?: boolean
  readonly session?: DriverSession
  /** Default: the database of the connection. */
  readonly database?: string
}

/** Keeps every type, so that what is read can be written again as it was. */
export const KEEP_TYPES = { promoteValues: false, promoteBuffers: false, bsonRegExp: true } as const

/** The driver's client for one database, speaking in our errors. Ends with `close`. */
export class MongoConnection {
  readonly driver: MongoDriver
  readonly label: string
  readonly database: string
  readonly #client: DriverClient
  readonly #side: 'source' | 'target'
  #signal: AbortSignal | undefined

  private constructor(
    driver: MongoDriver,
    client: DriverClient,
    { label, database }: ResolvedMongoOptions,
    side: 'source' | 'target',
    signal: AbortSignal | undefined,
  ) {
    this.driver = driver
    this.label = label
    this.database = database
    this.#client = client
    this.#side = side
    this.#signal = signal
  }

  /** Connects. `atOnce`: commands that run at the same time, at most. Fails as `translateError` says, with `InterruptedError` when aborted. */
  static async open(
    options: ResolvedMongoOptions,
    side: 'source' | 'target',
    atOnce: number,
    signal: AbortSignal | undefined,
  ): Promise<MongoConnection> {
    if (signal?.aborted) throw interrupted()
    const driver = options.driver ?? (await importMongoDriver())
    let client: DriverClient | undefined
    try {
      client = new driver.MongoClient(options.url, {
        ...unlessInUrl(options.url, 'appName', options.applicationName),
        ...unlessInUrl(options.url, 'serverSelectionTimeoutMS', options.connectTimeoutSeconds * 1000),
        maxPoolSize: atOnce + 2,
        // A command that half ran is never sent again by itself: what is resumed is resumed here.
        retryWrites: false,
        retryReads: false,
      })
      await client.connect()
    } catch (error) {
      await client?.close()
      throw translateError(error, { label: options.label, doing: 'connect', side })
    }
    const connection = new MongoConnection(driver, client, options, side, signal)
    if (!signal?.aborted) return connection
    await connection.close()
    throw interrupted()
  }

  /** Runs a command. Fails as `translateError` says, with `InterruptedError` as soon as the signal is aborted. */
  async run(command: Document, { doing, raw = false, session, database }: RunOptions): Promise<Document> {
    try {
      return await this.#command(command, { raw, session, database })
    } catch (error) {
      throw this.translate(error, doing)
    }
  }

  /** As `run`, with the driver's own error. */
  tryRun(command: Document, options: Omit<RunOptions, 'doing'>): Promise<Document> {
    return this.#command(command, { raw: false, session: undefined, database: undefined, ...options })
  }

  translate(error: unknown, doing: string): Error {
    if (this.#signal?.aborted) return interrupted()
    return translateError(error, { label: this.label, doing, side: this.#side })
  }

  /** From now on nothing is cancelled any more: what was begun is taken back. */
  shield(): void {
    this.#signal = undefined
  }

  startSession(): DriverSession {
    return this.#client.startSession({ causalConsistency: false })
  }

  async close(): Promise<void> {
    // What cannot be closed is gone already.
    await this.#client.close().catch(() => {})
  }

  #command(
    command: Document,
    { raw, session, database }: { raw: boolean; session: DriverSession | undefined; database: string | undefined },
  ): Promise<Document> {
    const signal = this.#signal
    return this.#client.db(database ?? this.database).command(command, {
      raw,
      ...(session === undefined ? {} : { session }),
      ...(signal === undefined ? {} : { signal }),
    })
  }
}

/** What an URL says itself is left to the driver: its options would win over the URL. */
function unlessInUrl(url: string, name: string, value: string | number): object {
  return new RegExp(`[?&]${name}=`, 'i').test(url) ? {} : { [name]: value }
}

/** What an aborted signal ends a call with. */
export function interrupted(doing = 'the operation'): InterruptedError {
  return new InterruptedError(`${doing} was cancelled`, { hint: 'Nothing was published.' })
}
