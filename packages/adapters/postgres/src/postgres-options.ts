import { userInfo } from 'node:os'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { InvalidUrlError, UsageError } from '@dbsnap/core/errors'
import { parsePostgresUrl } from './parse-postgres-url.ts'
import type { PostgresDriver } from './postgres-client.ts'
import { SSL_MODES, type SslMode } from './ssl-mode.ts'

/** Where a PostgreSQL database is and how it is treated. Parts given beside `url` win over those in it. */
export interface PostgresOptions {
  /** `postgres://user:password@host:port/database?sslmode=verify-full` */
  readonly url?: string
  /** Host name, address, or folder of a Unix socket. Default `localhost`. */
  readonly host?: string
  /** Default 5432. */
  readonly port?: number
  /** Default: the name of the user who runs this process. */
  readonly user?: string
  /** A function is asked for each connection. Default: none; the driver then looks at `PGPASSWORD`. */
  readonly password?: string | (() => string | Promise<string>)
  /** Default: the same as the user. */
  readonly database?: string
  /** Default `prefer`; `require` where `tls` is given. */
  readonly sslMode?: SslMode
  /** Certificates and keys as `node:tls` takes them. */
  readonly tls?: TlsOptions
  /** Name of the connections in `pg_stat_activity`. Default `dbsnap`. */
  readonly applicationName?: string
  /** How long connecting may take. Default 10. */
  readonly connectTimeoutSeconds?: number
  /** How long a table's lock is waited for. Default 5. */
  readonly lockTimeoutSeconds?: number
  /** A read that kept vacuum from cleaning up for longer than this ends with a warning. Default 600. */
  readonly vacuumWarningSeconds?: number
  /** Ties `channel_binding=require`: log in only where the TLS connection is proven to end at the server. Default false. */
  readonly channelBinding?: boolean
  /** The `pg` and `pg-copy-streams` modules. Default: imported when the first connection is made. */
  readonly driver?: PostgresDriver
}

/** `PostgresOptions` with every default filled in. */
export interface ResolvedPostgresOptions {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string | (() => string | Promise<string>) | undefined
  readonly database: string
  readonly sslMode: SslMode
  readonly tls: TlsOptions
  readonly applicationName: string
  readonly connectTimeoutSeconds: number
  readonly lockTimeoutSeconds: number
  readonly vacuumWarningSeconds: number
  readonly channelBinding: boolean
  readonly driver: PostgresDriver | undefined
}

/**
 * Reads a URL or options, fills in defaults and checks them. Touches neither the network nor a file. Fails with
 * `InvalidUrlError` or `UsageError`, whose messages never hold the URL.
 */
export function resolvePostgresOptions(given: string | PostgresOptions): ResolvedPostgresOptions {
  const options: PostgresOptions = typeof given === 'string' ? { url: given } : given
  const fromUrl = options.url === undefined ? {} : parsePostgresUrl(options.url)
  const merged: PostgresOptions = { ...fromUrl, ...withoutUndefined(options) }
  const user = merged.user || userInfo().username
  const resolved: ResolvedPostgresOptions = {
    host: merged.host || 'localhost',
    port: merged.port ?? 5432,
    user,
    password: merged.password,
    database: merged.database || user,
    sslMode: merged.sslMode ?? (merged.tls === undefined ? 'prefer' : 'require'),
    tls: merged.tls ?? {},
    applicationName: merged.applicationName ?? 'dbsnap',
    connectTimeoutSeconds: merged.connectTimeoutSeconds ?? 10,
    lockTimeoutSeconds: merged.lockTimeoutSeconds ?? 5,
    vacuumWarningSeconds: merged.vacuumWarningSeconds ?? 600,
    channelBinding: merged.channelBinding ?? false,
    driver: merged.driver,
  }
  check(resolved)
  return resolved
}

/** `host:port/database`, for messages and as the default label of snapshots. */
export function labelOf(options: ResolvedPostgresOptions): string {
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return `${host}:${options.port}/${options.database}`
}

function withoutUndefined(options: PostgresOptions): PostgresOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function check(options: ResolvedPostgresOptions): void {
  if (!Number.isInteger(options.port) || options.port < 1 || options.port > 65535) {
    throw new InvalidUrlError('the port of the database is not a number from 1 to 65535', {
      hint: 'Write it as in postgres://user@host:5432/database.',
    })
  }
  if (!SSL_MODES.includes(options.sslMode)) {
    throw new InvalidUrlError('sslmode is none that PostgreSQL knows', { hint: `Use one of ${SSL_MODES.join(', ')}.` })
  }
  for (const name of ['connectTimeoutSeconds', 'lockTimeoutSeconds', 'vacuumWarningSeconds'] as const) {
    if (!Number.isFinite(options[name]) || options[name] < 0) {
      throw new UsageError(`${name} is not a number of seconds`, { hint: 'Give a number, 0 or more.' })
    }
  }
}
