import type { SchemaObject } from '@dbsnap/core/values'
import type { MysqlConnection } from '../connection/mysql-connection.ts'
import type { ServerFacts } from '../server-facts.ts'
import { quoteName } from '../sql-text.ts'

const SEQUENCES = `SELECT TABLE_NAME AS name FROM information_schema.TABLES
 WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'SEQUENCE' ORDER BY TABLE_NAME`

/** MariaDB's sequences, with where they stand: their next value that is not handed out to any session. */
export async function readSequences(connection: MysqlConnection, server: ServerFacts): Promise<SchemaObject[]> {
  if (server.flavour !== 'mariadb') return []
  const objects: SchemaObject[] = []
  for (const row of await connection.query('read the schema', SEQUENCES)) {
    const name = String(row.name)
    const [created] = await connection.query('read the schema', `SHOW CREATE SEQUENCE ${quoteName(name)}`)
    const [position] = await connection.query(
      'read the schema',
      `SELECT next_not_cached_value AS next, cycle_count AS cycle FROM ${quoteName(name)}`,
    )
    const text = String(created?.['Create Table'])
    const { next, cycle } = { next: String(position?.next), cycle: String(position?.cycle) }
    objects.push({
      kind: 'sequence',
      name,
      definition: { definition: text },
      state: { next, cycle },
      dependsOn: [],
      section: 'pre-data',
      statements: [text, `DO SETVAL(${quoteName(name)}, ${next}, 0, ${cycle})`],
    })
  }
  return objects
}
