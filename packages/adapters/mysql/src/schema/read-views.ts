import type { SchemaObject } from '@dbsnap/core/values'
import type { MysqlConnection } from '../connection/mysql-connection.ts'
import { quoteName } from '../sql-text.ts'
import { withSession } from './session-statements.ts'
import { withoutDatabase } from './without-database.ts'

const VIEWS = `SELECT TABLE_NAME AS name FROM information_schema.TABLES
 WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'VIEW' ORDER BY TABLE_NAME`

/**
 * The views, each after those that it reads. No catalog of all servers says which these are, so whatever view or table
 * is named in its text counts.
 */
export async function readViews(connection: MysqlConnection, tables: readonly string[]): Promise<SchemaObject[]> {
  const [here] = await connection.query('read the schema', 'SELECT DATABASE() AS name')
  const names = (await connection.query('read the schema', VIEWS)).map(({ name }) => String(name))
  const views = new Map<string, SchemaObject>()
  for (const name of names) {
    const [row] = await connection.query('read the schema', `SHOW CREATE VIEW ${quoteName(name)}`)
    const text = withoutDatabase(String(row?.['Create View']), String(here?.name))
    const isNamed = (other: string) => other !== name && text.includes(quoteName(other))
    const session = {
      sqlMode: '',
      charset: String(row?.character_set_client),
      collation: String(row?.collation_connection),
    }
    views.set(name, {
      kind: 'view',
      name,
      definition: { definition: text, charset: session.charset, collation: session.collation },
      dependsOn: [
        ...tables.filter(isNamed).map((table) => `table:${table}`),
        ...names.filter(isNamed).map((view) => `view:${view}`),
      ],
      section: 'post-data',
      statements: withSession(session, text),
    })
  }
  return inOrder(views)
}

/** Depth first; where two name each other, which only a comment or an alias can bring about, by name. */
function inOrder(views: ReadonlyMap<string, SchemaObject>): SchemaObject[] {
  const ordered = new Set<SchemaObject>()
  const begun = new Set<string>()
  const visit = (name: string): void => {
    const view = views.get(name)
    if (view === undefined || begun.has(name)) return
    begun.add(name)
    for (const needed of view.dependsOn) if (needed.startsWith('view:')) visit(needed.slice('view:'.length))
    ordered.add(view)
  }
  for (const name of views.keys()) visit(name)
  return [...ordered]
}
