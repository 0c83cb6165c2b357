import { userInfo } from 'node:os'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { InvalidUrlError, UsageError } from '@dbsnap/core/errors'
import type { DefinerPolicy } from './definer-policy.ts'
import type { MysqlDriver } from './mysql-client.ts'
import { parseMysqlUrl } from './parse-mysql-url.ts'
import { SSL_MODES, type SslMode } from './ssl-mode.ts'

/** Where a MySQL or MariaDB database is and how it is treated. Parts given beside `url` win over those in it. */
export interface MysqlOptions {
  /** `mysql://user:password@host:port/database?ssl-mode=verify-identity`; `mariadb://` means the same. */
  readonly url?: string
  /** Host name or address. Default `localhost`. */
  readonly host?: string
  /** Default 3306. */
  readonly port?: number
  /** Path of a Unix socket, instead of host and port. Default: none. */
  readonly socketPath?: string
  /** Default: the name of the user who runs this process. */
  readonly user?: string
  /** A function is asked for each connection. Default: `MYSQL_PWD` of the environment, else none. */
  readonly password?: string | (() => string | Promise<string>)
  /** There is no default: a server holds many databases. */
  readonly database?: string
  /** Default `preferred`; `required` where `tls` is given. */
  readonly sslMode?: SslMode
  /** Certificates and keys as `node:tls` takes them. */
  readonly tls?: TlsOptions
  /** How long connecting may take. Default 10. */
  readonly connectTimeoutSeconds?: number
  /** How long a lock is waited for, and the longest that the global read lock holds up a writer. Default 5. */
  readonly lockTimeoutSeconds?: number
  /** Whose rights views, triggers, routines and events have after a restore. Default `keep`. */
  readonly definer?: DefinerPolicy
  /** Whether records may be sent by LOAD DATA LOCAL where the server allows it; else by INSERT. Default true. */
  readonly loadData?: boolean
  /** The `mysql2` module. Default: imported when the first connection is made. */
  readonly driver?: MysqlDriver
}

/** `MysqlOptions` with every default filled in. */
export interface ResolvedMysqlOptions {
  readonly host: string
  readonly port: number
  readonly socketPath: string | undefined
  readonly user: string
  readonly password: string | (() => string | Promise<string>) | undefined
  readonly database: string
  readonly sslMode: SslMode
  readonly tls: TlsOptions
  readonly connectTimeoutSeconds: number
  readonly lockTimeoutSeconds: number
  readonly definer: DefinerPolicy
  readonly loadData: boolean
  readonly driver: MysqlDriver | undefined
}

/**
 * Reads a URL or options, fills in defaults and checks them. Touches neither the network nor a file but those a URL
 * names. Fails with `InvalidUrlError` or `UsageError`, whose messages never hold the URL.
 */
export function resolveMysqlOptions(given: string | MysqlOptions): ResolvedMysqlOptions {
  const options: MysqlOptions = typeof given === 'string' ? { url: given } : given
  const fromUrl = options.url === undefined ? {} : parseMysqlUrl(options.url)
  const merged: MysqlOptions = { ...fromUrl, ...withoutUndefined(options) }
  const resolved: ResolvedMysqlOptions = {
    host: merged.host || 'localhost',
    port: merged.port ?? 3306,
    socketPath: merged.socketPath,
    user: merged.user || userInfo().username,
    password: merged.password ?? process.env.MYSQL_PWD,
    database: merged.database ?? '',
    sslMode: merged.sslMode ?? (merged.tls === undefined ? 'preferred' : 'required'),
    tls: merged.tls ?? {},
    connectTimeoutSeconds: merged.connectTimeoutSeconds ?? 10,
    lockTimeoutSeconds: merged.lockTimeoutSeconds ?? 5,
    definer: merged.definer ?? 'keep',
    loadData: merged.loadData ?? true,
    driver: merged.driver,
  }
  check(resolved)
  return resolved
}

/** `host:port/database`, for messages and as the default label of snapshots. */
export function labelOf(options: ResolvedMysqlOptions): string {
  if (options.socketPath !== undefined) return `${options.socketPath}/${options.database}`
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return `${host}:${options.port}/${options.database}`
}

function withoutUndefined(options: MysqlOptions): MysqlOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function check(options: ResolvedMysqlOptions): void {
  if (options.database === '') {
    throw new InvalidUrlError('no database is named', { hint: 'Write it as in mysql://user@host:3306/database.' })
  }
  if (!Number.isInteger(options.port) || options.port < 1 || options.port > 65535) {
    throw new InvalidUrlError('the port of the database is not a number from 1 to 65535', {
      hint: 'Write it as in mysql://user@host:3306/database.',
    })
  }
  if (!SSL_MODES.includes(options.sslMode)) {
    throw new InvalidUrlError('sslMode is none that is known', { hint: `Use one of ${SSL_MODES.join(', ')}.` })
  }
  for (const name of ['connectTimeoutSeconds', 'lockTimeoutSeconds'] as const) {
    if (!Number.isFinite(options[name]) || options[name] < 0) {
      throw new UsageError(`${name} is not a number of seconds`, { hint: 'Give a number, 0 or more.' })
    }
  }
}
