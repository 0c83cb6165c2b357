import { InterruptedError } from '@dbsnap/core/errors'
import type { DriverClient, PostgresDriver } from '../postgres-client.ts'
import { translatePostgresError } from '../postgres-error-translation.ts'
import { labelOf, type ResolvedPostgresOptions } from '../postgres-options.ts'
import { tlsAttempts } from './tls-attempts.ts'

/** Ends a connection at once, whatever it is doing. The server notices when it next writes to it. */
export function destroyClient(client: DriverClient): void {
  const socket = client.connection?.stream
  if (socket !== undefined) socket.destroy()
  else client.end().catch(() => {})
}

/**
 * Logs in. Fails with `ConnectionFailedError`, `AuthenticationFailedError`, `UnknownDatabaseError`, or
 * `InterruptedError` as soon as `signal` is aborted. What the connection reports later on its own goes to its queries.
 */
export async function connectDriver(
  driver: PostgresDriver,
  options: ResolvedPostgresOptions,
  signal?: AbortSignal,
): Promise<DriverClient> {
  const failure = { label: labelOf(options), doing: 'connect' }
  for (const attempt of tlsAttempts(options)) {
    const client = new driver.Client({
      host: options.host,
      port: options.port,
      user: options.user,
      ...(options.password === undefined ? {} : { password: options.password }),
      database: options.database,
      ssl: attempt.ssl,
      application_name: options.applicationName,
      connectionTimeoutMillis: options.connectTimeoutSeconds * 1000,
      keepAlive: true,
      enableChannelBinding: options.channelBinding,
    })
    // A lost connection fails the query under way or the next one; without a listener it would end the process.
    client.on('error', () => {})
    const abort = () => destroyClient(client)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      if (signal?.aborted) throw interrupted()
      await client.connect()
      return client
    } catch (error) {
      destroyClient(client)
      if (signal?.aborted) throw interrupted()
      if (!attempt.next(error)) throw translatePostgresError(error, failure)
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }
  throw translatePostgresError(new Error(), failure)
}

function interrupted(): InterruptedError {
  return new InterruptedError('connecting was cancelled', { hint: 'Nothing was read.' })
}
