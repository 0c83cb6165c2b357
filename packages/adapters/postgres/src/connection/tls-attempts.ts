import { isIP } from 'node:net'
import type { ResolvedPostgresOptions } from '../postgres-options.ts'

/** One way of connecting; `next` says whether a failure means that the following way is to be tried. */
export interface TlsAttempt {
  readonly ssl: false | object
  readonly next: (error: unknown) => boolean
}

const never = () => false
/** The driver's own words; they have no code. */
const isWithoutTls = (error: unknown) =>
  error instanceof Error && error.message.includes('does not support SSL connections')
/** `pg_hba.conf` has no line for an unencrypted connection. */
const isRefusedLogin = (error: unknown) => error instanceof Error && 'code' in error && error.code === '28000'

/** The ways in which `sslMode` allows a connection, best first. A Unix socket is never encrypted, as in libpq. */
export function tlsAttempts(options: ResolvedPostgresOptions): TlsAttempt[] {
  const plain: TlsAttempt = { ssl: false, next: never }
  if (options.host.startsWith('/')) return [plain]
  const base = { ...options.tls, ...(isIP(options.host) ? {} : { servername: options.host }) }
  const trusting = { ssl: { ...base, rejectUnauthorized: false }, next: never }
  const knownAuthority = {
    ssl: { ...base, rejectUnauthorized: true, checkServerIdentity: () => undefined },
    next: never,
  }
  switch (options.sslMode) {
    case 'disable':
      return [plain]
    case 'allow':
      return [{ ...plain, next: isRefusedLogin }, trusting]
    case 'prefer':
      return [{ ...trusting, next: isWithoutTls }, plain]
    case 'require':
      return [options.tls.ca === undefined ? trusting : knownAuthority]
    case 'verify-ca':
      return [knownAuthority]
    case 'verify-full':
      return [{ ssl: { ...base, rejectUnauthorized: true }, next: never }]
  }
}
