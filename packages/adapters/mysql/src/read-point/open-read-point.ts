import { InterruptedError, isDbSnapError, UnknownCollectionError } from '@dbsnap/core/errors'
import type { ReadPoint, ReadPointOptions } from '@dbsnap/core/ports'
import { chooseByName } from '@dbsnap/core/values'
import { MysqlConnection } from '../connection/mysql-connection.ts'
import { PINNED_SETTINGS, pinSettings } from '../connection/pinned-settings.ts'
import { labelOf, type ResolvedMysqlOptions } from '../mysql-options.ts'
import { readSchema } from '../schema/read-schema.ts'
import { readTables, type TableFacts } from '../schema/table-facts.ts'
import { readServerFacts, type ServerFacts } from '../server-facts.ts'
import { quoteName } from '../sql-text.ts'
import { type StartFacts, startConsistently } from './consistent-start.ts'
import { MysqlReadPoint } from './mysql-read-point.ts'
import { isNotConsistent, sourceCollection } from './source-collection.ts'

/** DDL between the read point and the lock on a table has it begun anew once; then the take fails by the table's name. */
const TRIES = 2

/**
 * Opens a read point: transactions that see one moment, then a metadata lock on every chosen table, which keeps it from
 * being altered or dropped until the end, then the schema under these locks. `held`: tables that nobody can write meanwhile.
 */
export async function openReadPoint(
  options: ResolvedMysqlOptions,
  request: ReadPointOptions,
  held: ReadonlySet<string> = new Set(),
): Promise<ReadPoint> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryOpen(options, request, held)
    } catch (error) {
      const isChanged = isDbSnapError(error) && error.code === 'READ_POINT_LOST'
      if (!isChanged || attempt === TRIES) throw error
    }
  }
}

async function tryOpen(
  options: ResolvedMysqlOptions,
  request: ReadPointOptions,
  held: ReadonlySet<string>,
): Promise<ReadPoint> {
  const open: MysqlConnection[] = []
  const abort = (): void => {
    for (const connection of open) connection.destroy()
  }
  request.signal?.addEventListener('abort', abort, { once: true })
  try {
    const connect = async (): Promise<MysqlConnection> => {
      const connection = await MysqlConnection.open(options, request.signal)
      open.push(connection)
      return connection
    }
    const main = await connect()
    const server = await readServerFacts(main)
    while (open.length < Math.max(1, request.concurrency)) await connect()
    for (const connection of open) await pinSettings(connection, server, options.lockTimeoutSeconds)
    return await openOn({ open, server, options, request, connect, held })
  } catch (error) {
    abort()
    if (request.signal?.aborted !== true) throw error
    throw new InterruptedError('opening the read was cancelled', { hint: 'Nothing was read.' })
  } finally {
    request.signal?.removeEventListener('abort', abort)
  }
}

interface Opening {
  readonly open: readonly MysqlConnection[]
  readonly server: ServerFacts
  readonly options: ResolvedMysqlOptions
  readonly request: ReadPointOptions
  readonly connect: () => Promise<MysqlConnection>
  readonly held: ReadonlySet<string>
}

async function openOn({ open, server, options, request, connect, held }: Opening): Promise<ReadPoint> {
  const [main] = open as [MysqlConnection]
  const connections = [...open]
  const candidates = choose(await readTables(main), request)
  const start = await startConsistently({
    connections,
    server,
    tables: candidates.map(({ name }) => name),
    lockTimeoutSeconds: options.lockTimeoutSeconds,
    openHolder: connect,
    // A table without transactions is of no one moment anyway.
    isHeld: held.size > 0 && candidates.every((table) => held.has(table.name) || isNotConsistent(table)),
  })
  await Promise.all(connections.filter((it) => !start.connections.includes(it)).map((connection) => connection.close()))
  const [clock] = await main.query('look at the clock', 'SELECT UTC_TIMESTAMP(6) AS now')
  const before = await readTables(main)
  const names = choose(before, request).map(({ name }) => name)
  for (const name of names) await main.query(`read ${name}`, `SELECT 1 FROM ${quoteName(name)} LIMIT 1`)
  // Under the locks the catalog says what is read; before, it may have been on its way.
  const tables = await readTables(main)
  const chosen = choose(tables, request)
  const schema = await readSchema(main, server, {
    chosen,
    tables: tables.map(({ name }) => name),
    onWarning: request.onWarning,
  })
  warn(chosen, start, request)
  return new MysqlReadPoint({
    connections: start.connections,
    options,
    request,
    collections: chosen.map(sourceCollection),
    tables: new Map(chosen.map((table) => [table.name, table])),
    schema,
    facts: {
      engine: 'mysql',
      engineVersion: server.version,
      database: options.database,
      label: labelOf(options),
      consistency: 'snapshot',
      readPoint: `${clock?.now} UTC`,
      details: details(chosen, start, server),
    },
  })
}

function details(chosen: readonly TableFacts[], start: StartFacts, server: ServerFacts) {
  const { lock, lockSeconds, lateTries, connections } = start
  const notConsistent = chosen.filter(isNotConsistent).map(({ name }) => name)
  return {
    flavour: server.flavour,
    settings: { ...PINNED_SETTINGS, character_set_results: 'utf8mb4' },
    readLock: { lock, seconds: lockSeconds, lateTries, connections: connections.length },
    ...(notConsistent.length === 0 ? {} : { notConsistent }),
  }
}

function choose(tables: readonly TableFacts[], request: ReadPointOptions): readonly TableFacts[] {
  const { chosen, unmatched } = chooseByName(tables, request)
  if (unmatched.length === 0) return chosen
  throw new UnknownCollectionError(`no table is named ${unmatched.join(', ')}`, {
    hint: 'Check the spelling; letter case counts, and * and ? are wildcards.',
    data: { unmatched: [...unmatched] },
  })
}

function warn(chosen: readonly TableFacts[], start: StartFacts, request: ReadPointOptions): void {
  const named = (tables: readonly TableFacts[]) =>
    tables
      .slice(0, 20)
      .map(({ name }) => name)
      .join(', ') + (tables.length > 20 ? ` and ${tables.length - 20} more` : '')
  const inconsistent = chosen.filter(isNotConsistent)
  if (inconsistent.length > 0) {
    request.onWarning({
      code: 'NOT_CONSISTENT',
      message: `read while others may write, because their engine has no transactions: ${named(inconsistent)}`,
    })
  }
  const versioned = chosen.filter(({ systemVersioned }) => systemVersioned)
  if (versioned.length > 0) {
    request.onWarning({
      code: 'HISTORY_LEFT_OUT',
      message: `the past rows of system-versioned tables are left out: ${named(versioned)}`,
    })
  }
  if (request.concurrency > 1 && start.lock === 'single connection') {
    request.onWarning({
      code: 'SINGLE_CONNECTION',
      message: 'no lock was to be had that keeps writers away for a moment, so everything is read over one connection',
    })
  }
}
