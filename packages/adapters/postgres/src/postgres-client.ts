import type { Duplex, Writable } from 'node:stream'
import { UnsupportedRuntimeError } from '@dbsnap/core/errors'
import type { CopyOut } from './connection/copy-out.ts'

/** What we call of a `COPY ... FROM STDIN` of `pg-copy-streams`. */
export interface CopyInStream extends Writable {
  /** Records that the server counted; known after `finish`. */
  readonly rowCount: number
}

/** Turns the text of a value into what JavaScript sees. */
export type TypeParser = (text: string) => unknown

/** A statement as the driver takes it, with our own reading of values: an application may have changed the driver's. */
export interface DriverQuery {
  readonly text: string
  readonly values?: readonly unknown[]
  readonly types?: { getTypeParser(oid: number, format?: string): TypeParser }
}

export interface DriverResult {
  readonly rows: unknown[]
  readonly rowCount: number | null
}

/** What we call of `pg.Client`. */
export interface DriverClient {
  connect(): Promise<unknown>
  query(text: string, values?: readonly unknown[]): Promise<DriverResult>
  query(query: DriverQuery): Promise<DriverResult>
  query<Statement extends CopyOut | CopyInStream>(statement: Statement): Statement
  end(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): unknown
  once(event: 'end', listener: () => void): unknown
  /** The socket lies in it; destroying that ends the connection at once. */
  readonly connection?: { readonly stream?: Duplex }
}

/** What we give to `pg.Client`. */
export interface DriverConfig {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password?: string | (() => string | Promise<string>)
  readonly database: string
  readonly ssl: false | object
  readonly application_name: string
  readonly connectionTimeoutMillis: number
  readonly keepAlive: boolean
  readonly enableChannelBinding: boolean
}

/** The two modules of npm that speak to a server. Give them in the options to use copies of your own. */
export interface PostgresDriver {
  readonly Client: new (config: DriverConfig) => DriverClient
  readonly copyIn: (statement: string, options: { readonly highWaterMark: number }) => CopyInStream
}

/** Imports `pg` and `pg-copy-streams`. Fails with `UnsupportedRuntimeError`, which says how to install them. */
export async function importPostgresDriver(): Promise<PostgresDriver> {
  try {
    const [pg, copyStreams] = await Promise.all([import('pg'), import('pg-copy-streams')])
    return {
      Client: pg.default.Client as unknown as PostgresDriver['Client'],
      copyIn: (statement, options) => copyStreams.default.from(statement, options),
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    throw new UnsupportedRuntimeError('the PostgreSQL driver is not installed', {
      hint: 'Run `npm install pg pg-copy-streams` beside @dbsnap/postgres.',
    })
  }
}
