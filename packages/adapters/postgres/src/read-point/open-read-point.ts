import { PermissionDeniedError, ReadPointLostError, UnknownCollectionError } from '@dbsnap/core/errors'
import type { ReadPoint, ReadPointOptions } from '@dbsnap/core/ports'
import { chooseByName, isGlob } from '@dbsnap/core/values'
import { PostgresConnection } from '../connection/postgres-connection.ts'
import type { ResolvedPostgresOptions } from '../postgres-options.ts'
import { readSchema, type SchemaReading } from '../schema/read-schema.ts'
import { beginRead, type ServerFacts } from './begin-read.ts'
import { type CandidateTable, candidateTables } from './candidate-tables.ts'
import { lockTables, refuseUnreadable } from './lock-tables.ts'
import { encodingLabel, PINNED_SETTINGS } from './pinned-settings.ts'
import { PostgresReadPoint } from './postgres-read-point.ts'
import { readableTable } from './source-collection.ts'

/** So often a read point is begun anew because a table was dropped or rewritten between its snapshot and its lock. */
const TRIES = 5

/** Opens a read point: a snapshot, locks on every chosen table, then the schema under these locks. */
export async function openReadPoint(options: ResolvedPostgresOptions, request: ReadPointOptions): Promise<ReadPoint> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const readPoint = await tryOpen(options, request)
    if (readPoint !== undefined) return readPoint
  }
  throw new ReadPointLostError('tables were dropped or rewritten again and again while a read began', {
    hint: 'Try again when no TRUNCATE or ALTER TABLE runs.',
  })
}

async function tryOpen(options: ResolvedPostgresOptions, request: ReadPointOptions): Promise<ReadPoint | undefined> {
  const main = await PostgresConnection.open(options, request.signal)
  const abort = (): void => main.destroy()
  request.signal?.addEventListener('abort', abort, { once: true })
  try {
    const server = await beginRead(main, options.lockTimeoutSeconds)
    const candidates = choose(await candidateTables(main), request, server)
    await refuseUnreadable(main, candidates)
    if (!(await lockTables(main, candidates))) {
      await main.close()
      return undefined
    }
    const chosen = new Set(candidates.map(({ collection }) => collection))
    const schema = await schemaUnderLocks(main, chosen, candidates)
    for (const warning of schema.leftOut) request.onWarning(warning)
    return readPointOf(main, options, request, server, candidates, schema)
  } catch (error) {
    main.destroy()
    request.signal?.throwIfAborted()
    throw error
  } finally {
    request.signal?.removeEventListener('abort', abort)
  }
}

function schemaUnderLocks(
  main: PostgresConnection,
  chosen: ReadonlySet<string>,
  candidates: readonly CandidateTable[],
): Promise<SchemaReading> {
  const partitioned = new Set(candidates.map(({ root }) => root))
  const client = { query: async (sql: string) => ({ rows: await main.query('read the schema', sql) }) }
  // A partitioned table without partitions holds no records, but belongs to a whole schema.
  return readSchema(
    client,
    (collection, ancestors) =>
      chosen.has(collection) || partitioned.has(collection) || ancestors.some((name) => chosen.has(name)),
  )
}

/** Applies the choice; on a standby, tables without a log cannot be read. */
function choose(candidates: CandidateTable[], request: ReadPointOptions, server: ServerFacts): CandidateTable[] {
  const named = candidates.map((table) => ({
    name: table.collection,
    table,
    ...(table.root === null ? {} : { parent: table.root }),
  }))
  const { chosen, unmatched } = chooseByName(named, request)
  if (unmatched.length > 0) {
    throw new UnknownCollectionError(`no table is named ${unmatched.join(', ')}`, {
      hint: 'Check the spelling; a bare name matches in every schema, and * and ? are wildcards.',
      data: { unmatched: [...unmatched] },
    })
  }
  const tables = chosen.map(({ table }) => table)
  const unlogged = server.standby ? tables.filter((table) => table.unlogged) : []
  if (unlogged.length === 0) return tables
  const names = unlogged.map(({ collection }) => collection)
  const asked = (request.include ?? []).some((pattern) => !isGlob(pattern) && names.includes(pattern))
  if (asked) {
    throw new PermissionDeniedError(`${names.join(', ')} cannot be read on a standby`, {
      hint: 'An unlogged table has no contents there. Read it from the primary.',
    })
  }
  request.onWarning({ code: 'UNLOGGED_TABLES_LEFT_OUT', message: `left out on a standby: ${names.join(', ')}` })
  return tables.filter((table) => !table.unlogged)
}

function readPointOf(
  main: PostgresConnection,
  options: ResolvedPostgresOptions,
  request: ReadPointOptions,
  server: ServerFacts,
  candidates: readonly CandidateTable[],
  schema: SchemaReading,
): ReadPoint {
  const byName = new Map(candidates.map((candidate) => [candidate.collection, candidate]))
  const label = encodingLabel(server.encoding)
  const tables = schema.tables.flatMap((facts) => {
    const candidate = byName.get(facts.collection)
    return candidate === undefined ? [] : [readableTable(facts, candidate, label)]
  })
  return new PostgresReadPoint({
    main,
    options,
    request,
    tables,
    schema: schema.document,
    encoding: server.encoding,
    facts: {
      engine: 'postgres',
      engineVersion: server.versionText,
      database: server.database,
      label: main.label,
      consistency: 'snapshot',
      readPoint: server.snapshot,
      details: { encoding: server.encoding, versionNumber: server.version, settings: { ...PINNED_SETTINGS } },
    },
  })
}
