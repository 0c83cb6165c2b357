import { readFileSync } from 'node:fs'
import { InvalidUrlError } from '@dbsnap/core/errors'
import { SSL_MODES, type SslMode } from './ssl-mode.ts'

/** What a database URL says; parts that it leaves out are absent. */
export interface MysqlUrlParts {
  host?: string
  port?: number
  socketPath?: string
  user?: string
  password?: string
  database?: string
  sslMode?: SslMode
  tls?: { ca?: Buffer; cert?: Buffer; key?: Buffer }
  connectTimeoutSeconds?: number
}

const SCHEME = /^(mysql|mariadb):\/\//
/** `user:password@` up to the last `@`, host or `[address]`, port, database, parameters. */
const PARTS = /^(?:([^:/?#]*?)(?::([^/?#]*))?@)?(\[[^\]/?#]*\]|[^:@/?#]*)(?::([^@/?#]*))?(?:\/([^?#]*))?(?:\?([^#]*))?$/
const HINT = 'Write it as mysql://user:password@host:3306/database, with special characters in %-form.'

function refuse(what: string, hint = HINT): never {
  throw new InvalidUrlError(what, { hint })
}

/**
 * Reads a `mysql://` or `mariadb://` URL. Fails with `InvalidUrlError`, which names the part that is wrong and never
 * holds the URL: there may be a password in it.
 */
export function parseMysqlUrl(text: string): MysqlUrlParts {
  if (!SCHEME.test(text)) refuse('this is not a MySQL or MariaDB URL')
  const match = PARTS.exec(text.replace(SCHEME, ''))
  if (match === null) refuse('the database URL cannot be read')
  const [, user, password, host, port, database, parameters] = match
  if (host?.includes(',')) refuse('the database URL names several hosts', 'Name the one server that is meant.')
  const parts: MysqlUrlParts = {}
  if (user) parts.user = decode(user, 'user')
  if (password) parts.password = decode(password, 'password')
  if (host) parts.host = decode(host.replace(/^\[(.*)\]$/, '$1'), 'host')
  if (port) parts.port = toNumber(port, 'port')
  if (database) parts.database = decode(database, 'database')
  for (const [name, value] of new URLSearchParams(parameters ?? '')) {
    const apply = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined
    if (apply === undefined) {
      refuse('the database URL has a parameter that is not known', `Known are ${Object.keys(PARAMETERS).join(', ')}.`)
    }
    apply(parts, value)
  }
  // Who names a certificate authority wants the server's certificate checked against it.
  if (parts.tls?.ca !== undefined && parts.sslMode === undefined) parts.sslMode = 'verify-ca'
  return parts
}

function decode(text: string, part: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    return refuse(`the ${part} in the database URL has a % that begins no %-form`, 'Write a % sign as %25.')
  }
  // It would end the text in the protocol, and what follows would be read as another field.
  if (decoded.includes('\0')) refuse(`the ${part} in the database URL holds a zero byte`)
  return decoded
}

function toNumber(text: string, part: string): number {
  if (!/^\d{1,9}$/.test(text)) refuse(`the ${part} in the database URL is not a number`)
  return Number(text)
}

/** Named as the options of MySQL's own clients are. */
const PARAMETERS: Record<string, (parts: MysqlUrlParts, value: string) => void> = {
  socket: (parts, value) => {
    parts.socketPath = value
  },
  'connect-timeout': (parts, value) => {
    parts.connectTimeoutSeconds = toNumber(value, 'connect-timeout')
  },
  'ssl-mode': (parts, value) => {
    const wanted = value.toLowerCase().replaceAll('_', '-')
    const mode = SSL_MODES.find((known) => known === wanted)
    parts.sslMode = mode ?? refuse('ssl-mode is none that is known', `Use one of ${SSL_MODES.join(', ')}.`)
  },
  'ssl-ca': (parts, value) => {
    parts.tls = { ...parts.tls, ca: readPem(value, 'ssl-ca') }
  },
  'ssl-cert': (parts, value) => {
    parts.tls = { ...parts.tls, cert: readPem(value, 'ssl-cert') }
  },
  'ssl-key': (parts, value) => {
    parts.tls = { ...parts.tls, key: readPem(value, 'ssl-key') }
  },
}

function readPem(path: string, parameter: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return refuse(`the file that ${parameter} names cannot be read`, 'Give the path of a PEM file.')
  }
}
