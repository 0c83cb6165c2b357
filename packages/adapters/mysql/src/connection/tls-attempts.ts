import type { ResolvedMysqlOptions } from '../mysql-options.ts'

/** One way of connecting; `next` says whether a failure means that the following way is to be tried. */
export interface TlsAttempt {
  /** As the driver takes it; undefined: not encrypted. */
  readonly ssl: object | undefined
  readonly next: (error: unknown) => boolean
}

const never = () => false

const isWithoutTls = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'HANDSHAKE_NO_SSL_SUPPORT'

/** The ways in which `sslMode` allows a connection, best first. A Unix socket is never encrypted. */
export function tlsAttempts({ socketPath, sslMode, tls }: ResolvedMysqlOptions): TlsAttempt[] {
  const plain: TlsAttempt = { ssl: undefined, next: never }
  if (socketPath !== undefined) return [plain]
  const trusting = { ...tls, rejectUnauthorized: false }
  switch (sslMode) {
    case 'disabled':
      return [plain]
    case 'preferred':
      return [{ ssl: trusting, next: isWithoutTls }, plain]
    case 'required':
      return [{ ssl: trusting, next: never }]
    case 'verify-ca':
      return [{ ssl: { ...tls, rejectUnauthorized: true, verifyIdentity: false }, next: never }]
    case 'verify-identity':
      return [{ ssl: { ...tls, rejectUnauthorized: true, verifyIdentity: true }, next: never }]
  }
}
