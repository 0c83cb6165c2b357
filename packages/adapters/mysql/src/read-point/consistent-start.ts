import { isDbSnapError } from '@dbsnap/core/errors'
import type { MysqlConnection } from '../connection/mysql-connection.ts'
import type { ServerFacts } from '../server-facts.ts'
import { quoteName } from '../sql-text.ts'

/**
 * How the connections of a read came to see one moment. `global read lock`, `backup stage`, `table locks`: all began while
 * it held up writers. `restore locks`: a restore of ours holds them up anyway. `single connection`: there is but one.
 */
export type ReadLock = 'global read lock' | 'backup stage' | 'table locks' | 'restore locks' | 'single connection'

/** What the manifest says of it. */
export interface StartFacts {
  readonly lock: ReadLock
  /** How long writers were held up once it was granted, by the server's clock. */
  readonly lockSeconds: number
  /** Times that a lock was asked for and not granted in time. */
  readonly lateTries: number
  /** Those that see the moment; the others of those given are not needed any more. */
  readonly connections: readonly MysqlConnection[]
}

export interface StartInput {
  readonly connections: readonly MysqlConnection[]
  readonly server: ServerFacts
  /** The chosen tables. */
  readonly tables: readonly string[]
  readonly lockTimeoutSeconds: number
  /** A connection to hold the lock: of those that read, none can begin and hold it too. */
  readonly openHolder: () => Promise<MysqlConnection>
  /** Whether nobody can write the chosen tables meanwhile. */
  readonly isHeld: boolean
}

interface Way {
  readonly lock: ReadLock
  /** A statement each. */
  readonly take: readonly string[]
  readonly give: string
}

/** While a lock waits, writers wait behind it; so it is given up in time, and tried again. */
const TRIES = 3

const BEGIN = 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY'

/**
 * Begins a transaction on every connection, all of them seeing the same moment; where no lock can be had that keeps
 * commits away meanwhile, on the first alone.
 */
export async function startConsistently(input: StartInput): Promise<StartFacts> {
  const { connections, openHolder, isHeld } = input
  let lateTries = 0
  if (isHeld) {
    await Promise.all(connections.map(begin))
    return { lock: 'restore locks', lockSeconds: 0, lateTries, connections }
  }
  if (connections.length > 1) {
    const holder = await openHolder()
    try {
      for (const way of waysOf(input)) {
        for (let attempt = 0; attempt < TRIES; attempt++) {
          const outcome = await underLock(holder, way, input)
          if (typeof outcome === 'number') return { lock: way.lock, lockSeconds: outcome, lateTries, connections }
          if (outcome === 'denied') break
          lateTries++
        }
      }
    } finally {
      await holder.close()
    }
  }
  const [main] = connections as [MysqlConnection]
  await begin(main)
  return { lock: 'single connection', lockSeconds: 0, lateTries, connections: [main] }
}

/**
 * MySQL's global read lock flushes tables: where a long query reads one, everybody who then asks for that table waits
 * for the query's end, even after the lock was given up (seen on 9.7). Locks on the tables themselves wait only for open
 * transactions that have written to them. MariaDB's global read lock does not wait for readers.
 */
function waysOf({ server, tables }: StartInput): Way[] {
  const list = tables.map((name) => `${quoteName(name)} READ`).join(', ')
  const ways: Way[] = [{ lock: 'table locks', take: [`LOCK TABLES ${list}`], give: 'UNLOCK TABLES' }]
  if (tables.length === 0) ways.pop()
  if (server.flavour === 'mysql') return ways
  return [
    { lock: 'global read lock', take: ['FLUSH TABLES WITH READ LOCK'], give: 'UNLOCK TABLES' },
    { lock: 'backup stage', take: ['BACKUP STAGE START', 'BACKUP STAGE BLOCK_COMMIT'], give: 'BACKUP STAGE END' },
    ...ways,
  ]
}

/** The seconds that it was held, by the server's clock. */
async function underLock(holder: MysqlConnection, way: Way, input: StartInput): Promise<number | 'late' | 'denied'> {
  const doing = `take the ${way.lock}`
  // A second less than a writer may wait, because the server looks at its clock once a second.
  const most = Math.max(1, Math.floor(input.lockTimeoutSeconds) - 1)
  await holder.run(doing, `SET SESSION lock_wait_timeout = ${most}`)
  try {
    for (const statement of way.take) await holder.run(doing, statement)
  } catch (error) {
    // Of a way in several statements the first may have been carried out.
    await holder.run(doing, way.give).catch(() => {})
    return refusalOf(error)
  }
  const begun = await clockOf(holder)
  await Promise.all(input.connections.map(begin))
  const ended = await clockOf(holder)
  await holder.run(`give back the ${way.lock}`, way.give)
  return Math.max(0, Math.round((ended - begun) * 1000) / 1000)
}

/** Anything but a refusal is the caller's: a lost connection, say. */
function refusalOf(error: unknown): 'late' | 'denied' {
  if (isDbSnapError(error) && error.code === 'LOCK_TIMEOUT') return 'late'
  if (isDbSnapError(error) && error.code === 'PERMISSION_DENIED') return 'denied'
  throw error
}

async function clockOf(connection: MysqlConnection): Promise<number> {
  const [row] = await connection.query('look at the clock', 'SELECT UNIX_TIMESTAMP(SYSDATE(6)) AS now')
  return Number(row?.now)
}

async function begin(connection: MysqlConnection): Promise<void> {
  await connection.run('begin to read', BEGIN)
}
