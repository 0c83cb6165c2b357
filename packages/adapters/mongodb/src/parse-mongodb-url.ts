import { InvalidUrlError } from '@dbsnap/core/errors'

/** What a MongoDB URL says; the driver reads the rest of it. */
export interface MongoUrlParts {
  /** `host:port`, as many as there are; a name without a port of `mongodb+srv`. Never a credential. */
  readonly hosts: string
  /** Empty where the URL names none. */
  readonly database: string
}

/** Scheme, `user:password@`, hosts, database, parameters. */
const PARTS = /^mongodb(\+srv)?:\/\/(?:[^/?#]*@)?([^/?#@]+)(?:\/([^?#]*))?(?:\?[^#]*)?$/

const HINT = 'Write it as mongodb://user:password@host:27017/database, with special characters in %-form.'

/** Reads a `mongodb://` or `mongodb+srv://` URL. Fails with `InvalidUrlError`, which never holds the URL: there may be a password in it. */
export function parseMongoUrl(text: string): MongoUrlParts {
  const match = PARTS.exec(text)
  if (match === null) throw new InvalidUrlError('this is not a MongoDB URL', { hint: HINT })
  const [, srv, hosts = '', database = ''] = match
  return { hosts: srv ? hosts : hosts.split(',').map(withPort).join(','), database: decode(database) }
}

function withPort(host: string): string {
  const decoded = decode(host)
  // A Unix socket has none.
  return decoded.startsWith('/') || /:\d+$/.test(decoded) ? decoded : `${decoded}:27017`
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new InvalidUrlError('a part of the database URL is not in %-form', { hint: HINT })
  }
}
