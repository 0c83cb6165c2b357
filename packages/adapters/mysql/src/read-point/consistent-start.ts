import { isDbSnapError } from '@dbsnap/core/errors'
import type { MysqlConnection } from '../connection/mysql-connection.ts'
import type { ServerFacts } from '../server-facts.ts'

/**
 * How the connections of a read came to see one moment. `global read lock`, `backup stage`: all began while it held up
 * writers. `single connection`: there is but one.
 */
export type ReadLock = 'global read lock' | 'backup stage' | 'single connection'

/** What the manifest says of it. */
export interface StartFacts {
  readonly lock: ReadLock
  /** How long writers were held up, by the server's clock. */
  readonly lockSeconds: number
  /** Times that the global read lock was tried and not granted in time. */
  readonly lockTries: number
  /** Those that see the moment; the others of those given are not needed any more. */
  readonly connections: readonly MysqlConnection[]
}

/** A query that runs for long keeps the lock from being granted, while all writers wait for it. */
const TRIES = 3

const BEGIN = 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY'

/**
 * Begins a transaction on every connection, all of them seeing the same moment; where no lock can be had that keeps
 * commits away meanwhile, on the first alone.
 */
export async function startConsistently(
  connections: readonly MysqlConnection[],
  server: ServerFacts,
  lockTimeoutSeconds: number,
): Promise<StartFacts> {
  const [main] = connections as [MysqlConnection]
  let lockTries = 0
  if (connections.length > 1) {
    for (; lockTries < TRIES; lockTries++) {
      const seconds = await underGlobalLock(main, connections, lockTimeoutSeconds)
      if (seconds === 'denied') break
      if (seconds !== 'late') return { lock: 'global read lock', lockSeconds: seconds, lockTries, connections }
    }
    if (server.flavour === 'mariadb') {
      const seconds = await underBackupStage(main, connections)
      if (typeof seconds === 'number') return { lock: 'backup stage', lockSeconds: seconds, lockTries, connections }
    }
  }
  await begin(main)
  return { lock: 'single connection', lockSeconds: 0, lockTries, connections: [main] }
}

type Outcome = number | 'late' | 'denied'

/** A second less than a writer may wait, because the server looks at its clock once a second. */
async function underGlobalLock(
  main: MysqlConnection,
  connections: readonly MysqlConnection[],
  lockTimeoutSeconds: number,
): Promise<Outcome> {
  const most = Math.max(1, Math.floor(lockTimeoutSeconds) - 1)
  const asked = await main
    .run('prepare the lock', `SET SESSION lock_wait_timeout = ${most}`)
    .then(() => main.run('take the global read lock', 'FLUSH TABLES WITH READ LOCK'))
    .then(() => 'granted' as const, notGranted)
  try {
    if (asked !== 'granted') return asked
    return await beginAll(main, connections)
  } finally {
    if (asked === 'granted') await main.run('give the global read lock back', 'UNLOCK TABLES')
    await main.run(
      'prepare the session',
      `SET SESSION lock_wait_timeout = ${Math.max(1, Math.round(lockTimeoutSeconds))}`,
    )
  }
}

/** MariaDB's own way of keeping commits away; it does not wait for queries that only read. */
async function underBackupStage(main: MysqlConnection, connections: readonly MysqlConnection[]): Promise<Outcome> {
  const asked = await main
    .run('begin a backup stage', 'BACKUP STAGE START')
    .then(() => main.run('begin a backup stage', 'BACKUP STAGE BLOCK_COMMIT'))
    .then(() => 'granted' as const, notGranted)
  try {
    if (asked !== 'granted') return asked
    return await beginAll(main, connections)
  } finally {
    if (asked !== 'denied') await main.run('end the backup stage', 'BACKUP STAGE END').catch(() => {}) // else not begun
  }
}

/** Anything but a refusal is the caller's: a lost connection, say. */
function notGranted(error: unknown): 'late' | 'denied' {
  if (isDbSnapError(error) && error.code === 'LOCK_TIMEOUT') return 'late'
  if (isDbSnapError(error) && error.code === 'PERMISSION_DENIED') return 'denied'
  throw error
}

/** The seconds that it took, by the server's clock. */
async function beginAll(main: MysqlConnection, connections: readonly MysqlConnection[]): Promise<number> {
  const clock = async () => {
    const [row] = await main.query(
      'look at the clock',
      'SELECT SYSDATE(6) + 0 AS now, UNIX_TIMESTAMP(SYSDATE(6)) AS unix',
    )
    return Number(row?.unix)
  }
  const begun = await clock()
  await Promise.all(connections.map(begin))
  return Math.max(0, Math.round(((await clock()) - begun) * 1000) / 1000)
}

async function begin(connection: MysqlConnection): Promise<void> {
  await connection.run('begin to read', BEGIN)
}
