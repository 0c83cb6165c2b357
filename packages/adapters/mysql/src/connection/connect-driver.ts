import { InterruptedError } from '@dbsnap/core/errors'
import type { DriverConnection, MysqlDriver } from '../mysql-client.ts'
import { translateMysqlError } from '../mysql-error-translation.ts'
import { labelOf, type ResolvedMysqlOptions } from '../mysql-options.ts'
import { type TlsAttempt, tlsAttempts } from './tls-attempts.ts'

/**
 * Logs in. Fails with `ConnectionFailedError`, `AuthenticationFailedError`, `UnknownDatabaseError`, or
 * `InterruptedError` as soon as `signal` is aborted. What the connection reports later on its own goes to its queries.
 */
export async function connectDriver(
  driver: MysqlDriver,
  options: ResolvedMysqlOptions,
  signal?: AbortSignal,
): Promise<DriverConnection> {
  const failure = { label: labelOf(options), doing: 'connect' }
  const password = typeof options.password === 'function' ? await options.password() : options.password
  for (const attempt of tlsAttempts(options)) {
    if (signal?.aborted) throw interrupted()
    try {
      return await connectOnce(driver, options, attempt, password, signal)
    } catch (error) {
      if (signal?.aborted) throw interrupted()
      if (!attempt.next(error)) throw translateMysqlError(error, failure)
    }
  }
  throw translateMysqlError(new Error(), failure)
}

async function connectOnce(
  driver: MysqlDriver,
  options: ResolvedMysqlOptions,
  attempt: TlsAttempt,
  password: string | undefined,
  signal: AbortSignal | undefined,
): Promise<DriverConnection> {
  const { socketPath } = options
  const connection = driver.createConnection({
    ...(socketPath === undefined ? { host: options.host, port: options.port } : { socketPath }),
    user: options.user,
    ...(password === undefined ? {} : { password }),
    database: options.database,
    ...(attempt.ssl === undefined ? {} : { ssl: attempt.ssl }),
    charset: 'utf8mb4',
    connectTimeout: options.connectTimeoutSeconds * 1000,
    connectAttributes: { program_name: 'dbsnap' },
    // Rows that a statement matched are counted, also where it left them as they were.
    flags: ['FOUND_ROWS'],
    disableEval: true,
  })
  const abort = () => connection.destroy()
  let closed = () => {}
  signal?.addEventListener('abort', abort, { once: true })
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('connect', resolve)
      connection.on('error', reject) // stays: a lost connection fails the query under way, and must not end the process
      closed = () => reject(interrupted())
      signal?.addEventListener('abort', closed, { once: true })
    })
    return connection
  } catch (error) {
    connection.destroy()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
    signal?.removeEventListener('abort', closed)
  }
}

function interrupted(): InterruptedError {
  return new InterruptedError('connecting was cancelled', { hint: 'Nothing was read.' })
}
