import type { Warning } from '@dbsnap/core/ports'
import type { SchemaListing, SchemaObject } from '@dbsnap/core/values'
import type { MysqlConnection } from '../connection/mysql-connection.ts'
import type { ServerFacts } from '../server-facts.ts'
import { quoteName } from '../sql-text.ts'
import { readEvents, readRoutines, readTriggers } from './read-programs.ts'
import { readSequences } from './read-sequences.ts'
import { readViews } from './read-views.ts'
import type { TableFacts } from './table-facts.ts'
import { tableObjects } from './table-objects.ts'

/** What of a database is read. */
export interface SchemaChoice {
  readonly chosen: readonly TableFacts[]
  /** Names of all tables. */
  readonly tables: readonly string[]
  readonly onWarning: (warning: Warning) => void
}

/**
 * The schema of the chosen tables and of what belongs to no table, in an order in which it can be created. A view
 * that names a table which was not chosen is left out with a warning.
 */
export async function readSchema(
  connection: MysqlConnection,
  server: ServerFacts,
  choice: SchemaChoice,
): Promise<SchemaListing> {
  const { chosen, tables, onWarning } = choice
  const names = new Set(chosen.map(({ name }) => name))
  const own: SchemaObject[] = []
  for (const table of chosen) {
    const [row] = await connection.query(
      `read the definition of ${table.name}`,
      `SHOW CREATE TABLE ${quoteName(table.name)}`,
    )
    own.push(...tableObjects(table, String(row?.['Create Table'])))
  }
  const programs = await readRoutines(connection)
  const views = keepWithTables(await readViews(connection, tables), names, onWarning)
  const objects = [
    await readDatabase(connection),
    ...(await readSequences(connection, server)),
    ...own.filter(({ section }) => section === 'pre-data'),
    ...own.filter(({ section, kind }) => section === 'post-data' && kind !== 'constraint'),
    ...own.filter(({ section, kind }) => section === 'post-data' && kind === 'constraint'),
    ...programs,
    ...views,
    ...(await readTriggers(connection, (table) => names.has(table))),
    ...(await readEvents(connection)),
  ]
  return { version: 1, engine: 'mysql', objects }
}

/** What tables and routines get that name no charset of their own. */
async function readDatabase(connection: MysqlConnection): Promise<SchemaObject> {
  const [row] = await connection.query(
    'read the schema',
    `SELECT DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation
       FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE()`,
  )
  const [charset, collation] = [String(row?.charset), String(row?.collation)]
  return {
    kind: 'database',
    name: 'charset',
    definition: { charset, collation },
    dependsOn: [],
    section: 'pre-data',
    statements: [`ALTER DATABASE CHARACTER SET ${charset} COLLATE ${collation}`],
  }
}

function keepWithTables(
  views: readonly SchemaObject[],
  tables: ReadonlySet<string>,
  onWarning: (warning: Warning) => void,
): SchemaObject[] {
  const left: string[] = []
  const gone = new Set<string>()
  const kept = views.filter(({ name, dependsOn }) => {
    const isThere = (id: string) => !gone.has(id) && (!id.startsWith('table:') || tables.has(id.slice('table:'.length)))
    if (dependsOn.every(isThere)) return true
    left.push(name)
    gone.add(`view:${name}`)
    return false
  })
  if (left.length > 0) {
    onWarning({
      code: 'NEEDS_UNCHOSEN_TABLE',
      message: `left out, because a table that was not chosen is named in them: view ${left.slice(0, 20).join(', ')}`,
    })
  }
  return kept
}
