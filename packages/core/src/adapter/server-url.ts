import { readFileSync } from 'node:fs'
import { InvalidUrlError } from '../errors/invalid-url-error.ts'

/** What every URL of one server says; parts that it leaves out are absent. */
export interface ServerUrlParts {
  host?: string
  port?: number
  user?: string
  password?: string
  database?: string
}

/** How the URLs of one engine look. */
export interface ServerUrlForm<Parts extends ServerUrlParts> {
  readonly scheme: RegExp
  /** For the message: `a PostgreSQL URL`. */
  readonly name: string
  /** For the hint: `postgres://user:password@host:5432/database`. */
  readonly example: string
  /** What each known parameter does. */
  readonly parameters: Readonly<Record<string, (parts: Parts, value: string) => void>>
  /** Parameters that other programs put into such URLs and that change nothing here. Default: none. */
  readonly ignored?: ReadonlySet<string>
}

/** `user:password@` up to the last `@`, host or `[address]`, port, database, parameters. */
const PARTS = /^(?:([^:/?#]*?)(?::([^/?#]*))?@)?(\[[^\]/?#]*\]|[^:@/?#]*)(?::([^@/?#]*))?(?:\/([^?#]*))?(?:\?([^#]*))?$/

/** Fails with `InvalidUrlError`, which names the part that is wrong and never holds the URL: there may be a password in it. */
export function readServerUrl<Parts extends ServerUrlParts>(text: string, form: ServerUrlForm<Parts>): Parts {
  const writeIt = `Write it as ${form.example}, with special characters in %-form.`
  if (!form.scheme.test(text)) refuseUrl(`this is not ${form.name}`, writeIt)
  const match = PARTS.exec(text.replace(form.scheme, ''))
  if (match === null) refuseUrl('the database URL cannot be read', writeIt)
  const [, user, password, host, port, database, parameters] = match
  if (host?.includes(',')) refuseUrl('the database URL names several hosts', 'Name the one server that is meant.')
  const parts: ServerUrlParts = {}
  if (user) parts.user = decode(user, 'user')
  if (password) parts.password = decode(password, 'password')
  if (host) parts.host = decode(host.replace(/^\[(.*)\]$/, '$1'), 'host')
  if (port) parts.port = urlNumber(port, 'port')
  if (database) parts.database = decode(database, 'database')
  applyParameters(parts as Parts, new URLSearchParams(parameters), form)
  return parts as Parts
}

function applyParameters<Parts extends ServerUrlParts>(
  parts: Parts,
  given: URLSearchParams,
  { parameters, ignored }: ServerUrlForm<Parts>,
): void {
  for (const [name, value] of given) {
    const apply = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    if (apply !== undefined) apply(parts, value)
    else if (ignored?.has(name) !== true) {
      const known = Object.keys(parameters).join(', ')
      refuseUrl('the database URL has a parameter that is not known', `Known are ${known}.`)
    }
  }
}

function decode(text: string, part: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    return refuseUrl(`the ${part} in the database URL has a % that begins no %-form`, 'Write a % sign as %25.')
  }
  // It would end the text in the protocol, and what follows would be read as another field.
  if (decoded.includes('\0')) refuseUrl(`the ${part} in the database URL holds a zero byte`, 'Leave it out.')
  return decoded
}

/** A number of up to nine digits. Fails with `InvalidUrlError`. */
export function urlNumber(text: string, part: string): number {
  if (!/^\d{1,9}$/.test(text)) refuseUrl(`the ${part} in the database URL is not a number`, 'Write digits only.')
  return Number(text)
}

/** The file that a parameter names. Fails with `InvalidUrlError`. */
export function urlPem(path: string, parameter: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return refuseUrl(`the file that ${parameter} names cannot be read`, 'Give the path of a PEM file.')
  }
}

/** Refuses a URL. `what` must not repeat it. */
export function refuseUrl(what: string, hint: string): never {
  throw new InvalidUrlError(what, { hint })
}
