import { randomBytes } from 'node:crypto'
import { emptyReadPoint, objectsById } from '@dbsnap/core/adapter'
import { InterruptedError, isDbSnapError } from '@dbsnap/core/errors'
import type { ReadPoint, RestoreRequest } from '@dbsnap/core/ports'
import type { SchemaObject } from '@dbsnap/core/values'
import { MysqlConnection } from '../connection/mysql-connection.ts'
import { pinSettings } from '../connection/pinned-settings.ts'
import { labelOf, type ResolvedMysqlOptions } from '../mysql-options.ts'
import { openReadPoint } from '../read-point/open-read-point.ts'
import { readSchema } from '../schema/read-schema.ts'
import { readTables, type TableFacts } from '../schema/table-facts.ts'
import { readServerFacts, type ServerFacts } from '../server-facts.ts'
import { quoteName } from '../sql-text.ts'
import { adaptSchema } from './adapt-schema.ts'
import { refuseForeignReferences } from './refuse-foreign-references.ts'
import { planRestore } from './restore-plan.ts'
import { MysqlRestoreSession } from './restore-session.ts'
import { stagingName, sweepStaging } from './staging.ts'

/** Opens a restore session: locks what is there of the chosen tables, reads the target's schema, and plans. */
export async function openRestore(options: ResolvedMysqlOptions, given: RestoreRequest): Promise<MysqlRestoreSession> {
  const { signal } = given
  const main = await MysqlConnection.open(options, signal, 'target')
  const abort = (): void => main.destroy()
  signal?.addEventListener('abort', abort, { once: true })
  let current: ReadPoint | undefined
  try {
    const server = await readServerFacts(main)
    await pinSettings(main, server, options.lockTimeoutSeconds)
    await sweepStaging(main)
    const request = { ...given, schema: await adaptSchema(main, server, given) }
    const all = await readTables(main)
    const names = new Set(request.collections.map(({ name }) => name))
    const tables = all.filter(({ name }) => names.has(name))
    await main.run('begin the restore', 'START TRANSACTION')
    if (request.mode !== 'create') await lockTables(main, tables)
    if (request.mode !== 'create' && tables.length > 0) {
      current = await openReadPoint(options, {
        include: tables.map(({ name }) => name),
        concurrency: 1,
        onWarning: () => {},
        ...(signal === undefined ? {} : { signal }),
      })
    }
    const objects = await objectsUnderLocks(options, server, signal)
    const target = objectsById(objects)
    const readable = current ?? emptyReadPoint({ engine: 'mysql', label: labelOf(options), database: options.database })
    const found = new Map(tables.map((table) => [table.name, table]))
    const plan = planRestore(request, target, readable, (table) => found.get(table)?.engine === 'InnoDB')
    if (plan.replaced.size > 0) {
      const side = await openSide(options, server, signal)
      await refuseForeignReferences(side, plan.replaced).finally(() => side.close())
    }
    return new MysqlRestoreSession({
      request,
      plan,
      current: readable,
      main,
      openSide: (use) => openSide(options, server, use === 'load' ? signal : undefined),
      tables: found,
      target,
      way: options.loadData && (await allowsLocal(main)) ? 'load data' : 'insert',
      definer: options.definer,
      staging: stagingName(randomBytes(8)),
      aside: stagingName(randomBytes(8)),
    })
  } catch (error) {
    await current?.close()
    main.destroy()
    if (signal?.aborted !== true || (isDbSnapError(error) && error.code === 'INTERRUPTED')) throw error
    throw new InterruptedError('the restore was cancelled', { hint: 'Nothing was changed.' })
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/**
 * On a connection of its own: in the transaction that will write, a first read would fix what it sees, before what it is
 * to write has been staged.
 */
async function objectsUnderLocks(
  options: ResolvedMysqlOptions,
  server: ServerFacts,
  signal: AbortSignal | undefined,
): Promise<Iterable<SchemaObject>> {
  const side = await openSide(options, server, signal)
  try {
    const all = await readTables(side)
    const tables = all.map(({ name }) => name)
    return (await readSchema(side, server, { chosen: all, tables, onWarning: () => {} })).objects
  } finally {
    await side.close()
  }
}

async function openSide(
  options: ResolvedMysqlOptions,
  server: ServerFacts,
  signal: AbortSignal | undefined,
): Promise<MysqlConnection> {
  const side = await MysqlConnection.open(options, signal, 'target')
  const abort = (): void => side.destroy()
  signal?.addEventListener('abort', abort, { once: true })
  side.onClose(() => signal?.removeEventListener('abort', abort))
  await pinSettings(side, server, options.lockTimeoutSeconds)
  return side
}

/**
 * Keeps everybody else from writing, until the transaction ends; reading goes on. Every row and the gaps between them, by
 * a scan of the table itself: an index need not have all rows.
 */
async function lockTables(main: MysqlConnection, tables: readonly TableFacts[]): Promise<void> {
  for (const { name, unique } of tables) {
    const index = unique.some((candidate) => candidate.name === 'PRIMARY') ? ' FORCE INDEX (PRIMARY)' : ''
    await main.query(`lock ${name}`, `SELECT COUNT(*) FROM ${quoteName(name)}${index} FOR UPDATE`)
  }
}

async function allowsLocal(main: MysqlConnection): Promise<boolean> {
  const [row] = await main.query('ask for local_infile', 'SELECT @@GLOBAL.local_infile AS allowed')
  return row?.allowed === '1'
}
