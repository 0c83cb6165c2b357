import {
  InterruptedError,
  PermissionDeniedError,
  ReadPointLostError,
  SourceFailedError,
  UnknownCollectionError,
} from '@dbsnap/core/errors'
import type { ReadPoint, ReadPointOptions, SourceCollection, Warning } from '@dbsnap/core/ports'
import { chooseByName, isGlob, matchesName } from '@dbsnap/core/values'
import { PostgresConnection } from '../connection/postgres-connection.ts'
import type { ResolvedPostgresOptions } from '../postgres-options.ts'
import { readSchema, type SchemaReading } from '../schema/read-schema.ts'
import { beginRead, beginReading, exportSnapshot, joinRead, type ServerFacts } from './begin-read.ts'
import { type CandidateTable, candidateTables } from './candidate-tables.ts'
import { holdsAll, isGone, lockTables, refuseUnreadable } from './lock-tables.ts'
import { encodingLabel, PINNED_SETTINGS } from './pinned-settings.ts'
import { PostgresReadPoint } from './postgres-read-point.ts'
import { CollectionDescriber } from './source-collection.ts'

/** So often a read point is begun anew because a table was dropped or rewritten between its snapshot and its lock. */
const TRIES = 5

/** Opens a read point: locks on every chosen table, a snapshot under these locks, then the schema as that shows it. */
export async function openReadPoint(options: ResolvedPostgresOptions, request: ReadPointOptions): Promise<ReadPoint> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const readPoint = await tryOpen(options, request)
    if (readPoint !== undefined) return readPoint
  }
  throw new ReadPointLostError('tables were made, dropped or rewritten again and again while a read began', {
    hint: 'Try again when no TRUNCATE, CREATE TABLE or ALTER TABLE runs.',
  })
}

async function tryOpen(options: ResolvedPostgresOptions, request: ReadPointOptions): Promise<ReadPoint | undefined> {
  const open: PostgresConnection[] = []
  const connect = async (): Promise<PostgresConnection> => {
    const connection = await PostgresConnection.open(options, request.signal)
    open.push(connection)
    return connection
  }
  const abort = (): void => {
    for (const connection of open) connection.destroy()
  }
  request.signal?.addEventListener('abort', abort, { once: true })
  try {
    const opened = await openUnderLocks(options, request, connect)
    if (opened === undefined) await Promise.all(open.map((connection) => connection.close()))
    return opened
  } catch (error) {
    abort()
    if (request.signal?.aborted !== true) throw error
    throw new InterruptedError('opening the read was cancelled', { hint: 'Nothing was read.' })
  } finally {
    request.signal?.removeEventListener('abort', abort)
  }
}

/** Undefined where tables came, went or were rewritten meanwhile. */
async function openUnderLocks(
  options: ResolvedPostgresOptions,
  request: ReadPointOptions,
  connect: () => Promise<PostgresConnection>,
): Promise<ReadPoint | undefined> {
  const main = await connect()
  const server = await beginRead(main, options.lockTimeoutSeconds)
  const warnings = new Map<string, Warning>()
  const chosen = async (connection: PostgresConnection): Promise<CandidateTable[]> =>
    choose(await candidateTables(connection), { ...request, onWarning: (it) => warnings.set(it.code, it) }, server)
  const candidates = await chosen(main)
  await refuseUnreadable(main, candidates)
  if (!(await lockTables(main, candidates))) return undefined
  const snapshot = await exportSnapshot(main)
  const first = await connect()
  await joinRead(first, snapshot, server.version, options.lockTimeoutSeconds)
  if (!(await holdsAll(first, candidates, await chosen(first)))) return undefined
  const schema = await schemaUnderLocks(first, candidates)
  if (schema === undefined) return undefined
  await beginReading(first, server.encoding)
  for (const warning of [...warnings.values(), ...schema.leftOut]) request.onWarning(warning)
  return readPointOf({ main, first, options, request, server, snapshot, candidates, schema })
}

/** Undefined where something that is no table was dropped at this very moment: the server's own functions see the present. */
async function schemaUnderLocks(
  connection: PostgresConnection,
  candidates: readonly CandidateTable[],
): Promise<SchemaReading | undefined> {
  const chosen = new Set(candidates.map(({ collection }) => collection))
  const partitioned = new Set(candidates.map(({ root }) => root))
  const doing = 'read the schema'
  const client = {
    query: (sql: string) => connection.run(doing, sql),
    copyOut: (statement: string) => connection.copyOut(doing, statement),
  }
  try {
    // A partitioned table without partitions holds no records, but belongs to a whole schema.
    return await readSchema(
      client,
      (collection, ancestors) =>
        chosen.has(collection) || partitioned.has(collection) || ancestors.some((name) => chosen.has(name)),
    )
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
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
  refuseSameNames(tables)
  const unlogged = server.standby ? tables.filter((table) => table.unlogged) : []
  if (unlogged.length === 0) return tables
  const names = unlogged.map(({ collection }) => collection)
  const asked = (request.include ?? []).some(
    (pattern) => !isGlob(pattern) && names.some((name) => matchesName(pattern, name)),
  )
  if (asked) {
    throw new PermissionDeniedError(`${names.join(', ')} cannot be read on a standby`, {
      hint: 'An unlogged table has no contents there. Read it from the primary.',
    })
  }
  request.onWarning({ code: 'UNLOGGED_TABLES_LEFT_OUT', message: `left out on a standby: ${names.join(', ')}` })
  return tables.filter((table) => !table.unlogged)
}

/** A dot in a schema's or a table's own name can make two tables read alike. */
function refuseSameNames(tables: readonly CandidateTable[]): void {
  const names = new Set<string>()
  for (const { collection } of tables) {
    if (names.has(collection)) {
      throw new SourceFailedError(`two tables are both called ${collection}`, {
        hint: 'A dot is part of a schema’s or a table’s own name. Rename one of them, or exclude both.',
        data: { collection },
      })
    }
    names.add(collection)
  }
}

interface Opened {
  readonly main: PostgresConnection
  readonly first: PostgresConnection
  readonly options: ResolvedPostgresOptions
  readonly request: ReadPointOptions
  readonly server: ServerFacts
  readonly snapshot: string
  readonly candidates: readonly CandidateTable[]
  readonly schema: SchemaReading
}

function readPointOf({ main, first, options, request, server, snapshot, candidates, schema }: Opened): ReadPoint {
  const byName = new Map(candidates.map((candidate) => [candidate.collection, candidate]))
  const describer = new CollectionDescriber(encodingLabel(server.encoding))
  const collections: SourceCollection[] = []
  for (const facts of schema.tables) {
    const candidate = byName.get(facts.collection)
    if (candidate !== undefined) collections.push(describer.describe(facts, candidate))
  }
  return new PostgresReadPoint({
    main,
    first,
    options,
    request,
    collections,
    tables: schema.tables,
    schema: schema.schema,
    server,
    facts: {
      engine: 'postgres',
      engineVersion: server.versionText,
      database: server.database,
      label: main.label,
      consistency: 'snapshot',
      readPoint: snapshot,
      details: { encoding: server.encoding, versionNumber: server.version, settings: { ...PINNED_SETTINGS } },
    },
  })
}
