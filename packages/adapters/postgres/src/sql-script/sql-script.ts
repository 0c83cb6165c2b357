import { requireChosen } from '@dbsnap/core/adapter'
import type { CollectionLayout, JsonObject, SchemaDocument } from '@dbsnap/core/values'
import { copyStatement } from '../restore/copy-statement.ts'
import {
  type CollectionSelection,
  postDataStatements,
  preDataStatements,
  REPLAY_SETTINGS,
  refreshStatements,
  type SchemaStatement,
  sequenceStatements,
} from '../schema/creation-order.ts'
import { dropStatement } from '../schema/drop-statement.ts'
import { quoteLiteral } from '../schema/identifiers.ts'

/** What `sqlScript` writes. */
export interface SqlScriptInput {
  /** Of `Repository.get`. */
  readonly snapshot: {
    readonly id: string
    readonly source: { readonly details: JsonObject }
    readonly collections: readonly { readonly layout: CollectionLayout }[]
  }
  /** Of `Repository.schema`. */
  readonly schema: SchemaDocument
  /** Of `Repository.rawRecords`: the bytes of all records of a collection, cut anywhere. */
  readonly records: (collection: string) => AsyncIterable<Buffer>
  /** Names or globs. Default: everything. */
  readonly include?: readonly string[]
}

/**
 * A script that `psql` alone loads into an empty database: schema, records by COPY in the snapshot's own bytes, keys,
 * indexes, constraints, positions of sequences. A line `\.` cannot be a record: COPY text escapes backslashes. Fails with
 * `UnknownCollectionError` where a name of `include` fits nothing.
 */
export async function* sqlScript(input: SqlScriptInput): AsyncGenerator<Buffer, void, undefined> {
  const { schema, snapshot } = input
  const layouts = requireChosen(
    snapshot.collections.map(({ layout }) => layout),
    input.include,
  )
  const selection: CollectionSelection =
    (input.include ?? []).length === 0 ? 'all' : new Set(layouts.map(({ name }) => name))
  yield Buffer.from(header(snapshot.id))
  yield* statements(preDataStatements(schema, selection))
  const { encoding } = snapshot.source.details
  const tables = tableNames(schema)
  for (const layout of layouts) {
    yield Buffer.from(
      `\n${copyStatement(tables.get(layout.name) ?? layout.name, layout, typeof encoding === 'string' ? encoding : 'UTF8')};\n`,
    )
    yield* input.records(layout.name)
    yield Buffer.from('\\.\n\n')
  }
  yield* statements(postDataStatements(schema, selection))
  yield* statements(sequenceStatements(schema, selection))
  yield* statements(refreshStatements(schema, selection))
}

/** What the values' text depends on beside the settings of the statements. */
const VALUE_SETTINGS = {
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  lc_monetary: 'C',
  array_nulls: 'on',
  transform_null_equals: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  default_transaction_read_only: 'off',
}

function header(id: string): string {
  const settings = { client_encoding: 'UTF8', ...REPLAY_SETTINGS, ...VALUE_SETTINGS }
  const lines = Object.entries(settings).map(([name, value]) => `SET ${name} = ${quoteLiteral(value)};`)
  return `-- DBSnap snapshot ${id}\n\\set ON_ERROR_STOP on\n${lines.join('\n')}\n\n`
}

function* statements(list: readonly SchemaStatement[]): Generator<Buffer, void, undefined> {
  for (const { sql } of list) yield Buffer.from(sql.trimEnd().endsWith(';') ? `${sql}\n` : `${sql};\n`)
}

/** The tables' names for statements, by collection: where a name's schema ends, only the statement that drops it tells. */
function tableNames({ objects }: SchemaDocument): Map<string, string> {
  const tables = objects.filter(({ kind }) => kind === 'table')
  return new Map(tables.map((table) => [table.name, (dropStatement(table) ?? '').replace('DROP TABLE ', '')]))
}
