import { randomBytes } from 'node:crypto'
import { emptyReadPoint, objectsById } from '@dbsnap/core/adapter'
import { InterruptedError } from '@dbsnap/core/errors'
import type { ReadPoint, RestoreRequest, RestoreSession } from '@dbsnap/core/ports'
import { PostgresConnection } from '../connection/postgres-connection.ts'
import { translatePostgresError } from '../postgres-error-translation.ts'
import type { ResolvedPostgresOptions } from '../postgres-options.ts'
import { openReadPoint } from '../read-point/open-read-point.ts'
import { readSchema } from '../schema/read-schema.ts'
import { COPY_QUEUE_BYTES } from './copy-in.ts'
import { planCreate, type TargetObjects } from './plan-create.ts'
import { planOverwrite } from './plan-overwrite.ts'
import { PostgresRestoreSession } from './restore-session.ts'
import { abandonedStaging, dropStaging } from './staging-area.ts'
import { TargetConnection } from './target-connection.ts'
import { type TargetTable, targetTables } from './target-table.ts'

/** Opens a restore session: locks what is there of the chosen tables, reads the target's schema, and plans. */
export async function openRestore(options: ResolvedPostgresOptions, request: RestoreRequest): Promise<RestoreSession> {
  const openSide = (): Promise<TargetConnection> => openConnection(options, request.signal)
  const main = await openSide()
  let current: ReadPoint | undefined
  try {
    await main.begin()
    const names = request.collections.map(({ name }) => name)
    const tables = await targetTables(main, names)
    if (request.mode !== 'create') await lockTables(main, tables)
    current = request.mode === 'create' || tables.length === 0 ? undefined : await readLocked(options, request, tables)
    const target = await objectsOf(main)
    const { database } = options
    const label = `${options.host}:${options.port}/${database}`
    const readable = current ?? emptyReadPoint({ engine: 'postgres', label, database })
    const plan = request.mode === 'create' ? planCreate(request, target) : planOverwrite(request, target, readable)
    await sweep(main, openSide)
    const [server] = await main.rows(
      `SELECT extract(epoch FROM pg_catalog.clock_timestamp())::float8 AS now,
              pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS stage`,
    )
    return new PostgresRestoreSession({
      request,
      plan,
      current: readable,
      main,
      openSide,
      openCleaner: () => openConnection(options, undefined),
      tables,
      encoding: typeof request.details.encoding === 'string' ? request.details.encoding : 'UTF8',
      mayStage: server?.stage === true,
      now: new Date(Number(server?.now) * 1000),
      random: randomBytes(8),
    })
  } catch (error) {
    await current?.close()
    await main.rollback()
    await main.close()
    throw error
  }
}

async function openConnection(
  options: ResolvedPostgresOptions,
  signal: AbortSignal | undefined,
): Promise<TargetConnection> {
  const connection = await PostgresConnection.open(options, signal)
  return new TargetConnection({
    client: connection.client,
    copyStream: (statement) => connection.driver.copyIn(statement, { highWaterMark: COPY_QUEUE_BYTES }),
    translate: (error, doing) =>
      signal?.aborted === true
        ? new InterruptedError('the restore was cancelled', { hint: 'Nothing was changed.' })
        : translatePostgresError(error, { label: connection.label, doing, side: 'target' }),
    lockTimeoutMs: Math.round(options.lockTimeoutSeconds * 1000),
    ...(signal === undefined ? {} : { signal }),
  })
}

/** Keeps everybody else from writing; reading goes on. In the order of their ids, as everybody should. */
async function lockTables(main: TargetConnection, tables: readonly TargetTable[]): Promise<void> {
  for (const { sql, collection } of tables) {
    await main.run(`LOCK TABLE ONLY ${sql} IN SHARE ROW EXCLUSIVE MODE`, `lock ${collection}`)
  }
}

function readLocked(
  options: ResolvedPostgresOptions,
  request: RestoreRequest,
  tables: readonly TargetTable[],
): Promise<ReadPoint> {
  return openReadPoint(options, {
    include: tables.map(({ collection }) => collection),
    concurrency: 1,
    onWarning: () => {},
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  })
}

async function objectsOf(main: TargetConnection): Promise<TargetObjects> {
  const { schema } = await readSchema(main.schemaClient, () => true)
  const relations = await main.rows(
    `SELECT n.nspname || '.' || c.relname AS name FROM pg_catalog.pg_class c
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_'`,
  )
  return { objects: objectsById(schema.objects), relations: new Set(relations.map(({ name }) => String(name))) }
}

/** Drops what restores that were killed have left. */
async function sweep(main: TargetConnection, openSide: () => Promise<TargetConnection>): Promise<void> {
  const abandoned = await abandonedStaging(main)
  if (abandoned.length === 0) return
  const side = await openSide()
  try {
    for (const schema of abandoned) await dropStaging(side, schema)
  } finally {
    await side.close()
  }
}
