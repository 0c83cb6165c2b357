import { requireChosen } from '@dbsnap/core/adapter'
import type { CollectionLayout, SchemaDocument, SchemaObject } from '@dbsnap/core/values'
import { PINNED_SETTINGS } from '../connection/pinned-settings.ts'
import type { DefinerPolicy } from '../definer-policy.ts'
import { withDefiner } from '../restore/definer.ts'
import { insertBatches } from '../restore/insert-batches.ts'
import { alterTogether } from '../schema/alter-together.ts'
import { columnTypeOf } from '../schema/column-type.ts'
import { quoteName } from '../sql-text.ts'

/** What `sqlScript` writes. */
export interface SqlScriptInput {
  /** Of `Repository.get`. */
  readonly snapshot: {
    readonly id: string
    readonly collections: readonly { readonly layout: CollectionLayout }[]
  }
  /** Of `Repository.schema`. */
  readonly schema: SchemaDocument
  /** Of `Repository.rawRecords`: the bytes of all records of a collection, cut anywhere. */
  readonly records: (collection: string) => AsyncIterable<Buffer>
  /** Names or globs. Default: everything. */
  readonly include?: readonly string[]
  /** Whose rights views, triggers, routines and events have. Default `keep`. */
  readonly definer?: DefinerPolicy
}

/** Ends statements that hold semicolons; a body that holds this as well is not met in the wild. */
const DELIMITER = '$$dbsnap$$'

const SETTINGS = {
  sql_mode: PINNED_SETTINGS.sql_mode,
  time_zone: PINNED_SETTINGS.time_zone,
  foreign_key_checks: '0',
  unique_checks: '0',
}

/**
 * A script that the client program `mysql` (or `mariadb`) alone loads into an empty database: tables, records, indexes,
 * foreign keys, routines, views, triggers, events. Fails with `UnknownCollectionError` where a name of `include` fits nothing.
 */
export async function* sqlScript(input: SqlScriptInput): AsyncGenerator<Buffer, void, undefined> {
  const { schema, snapshot, definer = 'keep' } = input
  const layouts = requireChosen(
    snapshot.collections.map(({ layout }) => layout),
    input.include,
  )
  const chosen = new Set(layouts.map(({ name }) => name))
  const isWhole = (input.include ?? []).length === 0
  const objects = schema.objects.filter(({ collection }) =>
    collection === undefined ? isWhole : chosen.has(collection),
  )
  const settings = Object.entries(SETTINGS).map(([name, value]) => `SET SESSION ${name} = ${value};\n`)
  yield Buffer.from(`-- DBSnap snapshot ${snapshot.id}\nSET NAMES utf8mb4;\n${settings.join('')}\n`)
  for (const object of objects.filter(({ section }) => section === 'pre-data')) yield* statements(object, definer)
  for (const layout of layouts) yield* inserts(layout, input.records(layout.name))
  yield* indexes(objects)
  for (const object of objects.filter(({ section, kind }) => section === 'post-data' && kind !== 'index')) {
    yield* statements(object, definer)
  }
}

function* statements(object: SchemaObject, definer: DefinerPolicy): Generator<Buffer, void, undefined> {
  for (const statement of object.statements) {
    const text = withDefiner(statement, definer)
    yield Buffer.from(
      text.includes(';') ? `DELIMITER ${DELIMITER}\n${text}\n${DELIMITER}\nDELIMITER ;\n` : `${text};\n`,
    )
  }
}

/** Those of one table together. */
function* indexes(objects: readonly SchemaObject[]): Generator<Buffer, void, undefined> {
  const byTable = new Map<string, SchemaObject[]>()
  for (const object of objects) {
    if (object.kind !== 'index' || object.section !== 'post-data') continue
    const table = object.collection ?? ''
    byTable.set(table, [...(byTable.get(table) ?? []), object])
  }
  for (const list of byTable.values()) yield Buffer.from(`${alterTogether(list)};\n`)
}

async function* inserts(
  layout: CollectionLayout,
  records: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  const columns = layout.columns.map(columnTypeOf)
  const head = `INSERT INTO ${quoteName(layout.name)} (${columns.map(({ name }) => quoteName(name)).join(', ')}) VALUES\n`
  for await (const rows of insertBatches(records, columns)) yield Buffer.from(`${head}${rows.join(',\n')};\n`)
}
