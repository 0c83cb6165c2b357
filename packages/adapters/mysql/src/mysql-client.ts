import type { Duplex, Readable } from 'node:stream'
import { UnsupportedRuntimeError } from '@dbsnap/core/errors'

/** One field of a row as the driver hands it to `typeCast`. */
export interface DriverField {
  string(encoding?: string): string | null
}

/** A statement as the driver takes it. */
export interface DriverQuery {
  readonly sql: string
  readonly values?: readonly unknown[]
  /** Our own reading of values: an application may have changed the driver's. */
  readonly typeCast?: (field: DriverField) => unknown
  /** Asked for the bytes of a `LOAD DATA LOCAL`; without it nothing is ever sent, whatever the server asks for. */
  readonly infileStreamFactory?: () => Readable
}

/** What the server said of a statement without rows. */
export interface DriverOutcome {
  readonly affectedRows: number
  readonly warningStatus: number
  /** `Records: 3  Deleted: 0  Skipped: 0  Warnings: 0` */
  readonly info: string
}

type Callback = (error: Error | null, result: unknown) => void

/** What we call of a connection of `mysql2`. */
export interface DriverConnection {
  query(query: DriverQuery, callback: Callback): unknown
  end(callback: (error?: Error | null) => void): void
  destroy(): void
  on(event: 'error', listener: (error: Error) => void): unknown
  once(event: 'connect', listener: () => void): unknown
  /** The id of the connection at the server, by which another can cancel its statement. */
  readonly threadId: number
  /** The socket, encrypted or not, whose `data` the driver listens to. */
  readonly stream: Duplex
}

/** What we give to `createConnection`. */
export interface DriverConfig {
  readonly host?: string
  readonly port?: number
  readonly socketPath?: string
  readonly user: string
  readonly password?: string
  readonly database?: string
  readonly ssl?: object
  readonly charset: string
  readonly connectTimeout: number
  readonly connectAttributes: Readonly<Record<string, string>>
  readonly flags: readonly string[]
  readonly disableEval: boolean
}

/** The module of npm that speaks to a server. Give it in the options to use a copy of your own. */
export interface MysqlDriver {
  createConnection(config: DriverConfig): DriverConnection
}

/** Imports `mysql2`. Fails with `UnsupportedRuntimeError`, which says how to install it. */
export async function importMysqlDriver(): Promise<MysqlDriver> {
  try {
    const { default: driver } = await import('mysql2')
    return driver as unknown as MysqlDriver
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    throw new UnsupportedRuntimeError('the MySQL driver is not installed', {
      hint: 'Run `npm install mysql2` beside @dbsnap/mysql.',
    })
  }
}
