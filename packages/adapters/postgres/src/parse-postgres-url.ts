import { readFileSync } from 'node:fs'
import { InvalidUrlError } from '@dbsnap/core/errors'
import { SSL_MODES, type SslMode } from './ssl-mode.ts'

/** What a database URL says; parts that it leaves out are absent. */
export interface PostgresUrlParts {
  host?: string
  port?: number
  user?: string
  password?: string
  database?: string
  sslMode?: SslMode
  tls?: { ca?: Buffer; cert?: Buffer; key?: Buffer }
  applicationName?: string
  connectTimeoutSeconds?: number
  channelBinding?: boolean
}

const SCHEME = /^postgres(ql)?:\/\//

/** `user:password@` up to the last `@`, host or `[address]`, port, database, parameters. */
const PARTS = /^(?:([^:/?#]*?)(?::([^/?#]*))?@)?(\[[^\]/?#]*\]|[^:@/?#]*)(?::([^@/?#]*))?(?:\/([^?#]*))?(?:\?([^#]*))?$/

/** Parameters that other programs put into such URLs and that change nothing about what is read or who is trusted. */
const WITHOUT_EFFECT = new Set([
  'schema',
  'pgbouncer',
  'connection_limit',
  'pool_timeout',
  'statement_cache_size',
  'fallback_application_name',
  'gssencmode',
  'keepalives',
  'keepalives_idle',
  'keepalives_interval',
  'keepalives_count',
  'client_encoding',
  'uselibpqcompat',
  'sslsni',
])

const HINT = 'Write it as postgres://user:password@host:5432/database, with special characters in %-form.'

function refuse(what: string, hint = HINT): never {
  throw new InvalidUrlError(what, { hint })
}

/**
 * Reads a `postgres://` or `postgresql://` URL. Fails with `InvalidUrlError`, which names the part that is wrong and
 * never holds the URL: there may be a password in it.
 */
export function parsePostgresUrl(text: string): PostgresUrlParts {
  if (!SCHEME.test(text)) refuse('this is not a PostgreSQL URL')
  const match = PARTS.exec(text.replace(SCHEME, ''))
  if (match === null) refuse('the database URL cannot be read')
  const [, user, password, host, port, database, parameters] = match
  if (host?.includes(',')) refuse('the database URL names several hosts', 'Name the one server that is meant.')
  const parts: PostgresUrlParts = {}
  if (user) parts.user = decode(user, 'user')
  if (password) parts.password = decode(password, 'password')
  if (host) parts.host = decode(host.replace(/^\[(.*)\]$/, '$1'), 'host')
  if (port) parts.port = toNumber(port, 'port')
  if (database) parts.database = decode(database, 'database')
  applyParameters(parts, new URLSearchParams(parameters ?? ''))
  return parts
}

function decode(text: string, part: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    return refuse(`the ${part} in the database URL has a % that begins no %-form`, 'Write a % sign as %25.')
  }
  // It would end the text in the protocol, and what follows would be read as another parameter.
  if (decoded.includes('\0')) refuse(`the ${part} in the database URL holds a zero byte`)
  return decoded
}

function toNumber(text: string, part: string): number {
  if (!/^\d{1,9}$/.test(text)) refuse(`the ${part} in the database URL is not a number`)
  return Number(text)
}

function applyParameters(parts: PostgresUrlParts, parameters: URLSearchParams): void {
  for (const [name, value] of parameters) {
    const apply = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined
    if (apply !== undefined) apply(parts, value)
    else if (!WITHOUT_EFFECT.has(name)) {
      refuse('the database URL has a parameter that is not known', `Known are ${Object.keys(PARAMETERS).join(', ')}.`)
    }
  }
  // As libpq does: who names a root certificate wants the server's checked against it.
  if (parts.tls?.ca !== undefined && parts.sslMode === undefined) parts.sslMode = 'verify-ca'
}

const PARAMETERS: Record<string, (parts: PostgresUrlParts, value: string) => void> = {
  host: (parts, value) => {
    parts.host = value
  },
  port: (parts, value) => {
    parts.port = toNumber(value, 'port')
  },
  user: (parts, value) => {
    parts.user = value
  },
  password: (parts, value) => {
    parts.password = value
  },
  dbname: (parts, value) => {
    parts.database = value
  },
  application_name: (parts, value) => {
    parts.applicationName = value
  },
  connect_timeout: (parts, value) => {
    parts.connectTimeoutSeconds = toNumber(value, 'connect_timeout')
  },
  channel_binding: (parts, value) => {
    parts.channelBinding = value !== 'disable'
  },
  ssl: (parts, value) => {
    parts.sslMode = value === 'true' || value === '1' ? 'require' : 'disable'
  },
  sslmode: (parts, value) => {
    const mode = SSL_MODES.find((known) => known === value)
    parts.sslMode = mode ?? refuse('sslmode is none that PostgreSQL knows', `Use one of ${SSL_MODES.join(', ')}.`)
  },
  sslrootcert: (parts, value) => {
    if (value === 'system') parts.sslMode ??= 'verify-full'
    else parts.tls = { ...parts.tls, ca: readPem(value, 'sslrootcert') }
  },
  sslcert: (parts, value) => {
    parts.tls = { ...parts.tls, cert: readPem(value, 'sslcert') }
  },
  sslkey: (parts, value) => {
    parts.tls = { ...parts.tls, key: readPem(value, 'sslkey') }
  },
}

function readPem(path: string, parameter: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return refuse(`the file that ${parameter} names cannot be read`, 'Give the path of a PEM file.')
  }
}
