import { type MysqlFlavour, sharedMysql } from '@dbsnap/test-servers'
import driver from 'mysql2/promise'

export interface TestDatabase {
  readonly url: string
  /** Runs statements one after the other; resolves with the rows of the last. */
  sql(...statements: readonly string[]): Promise<Record<string, string>[]>
  close(): Promise<void>
}

/** An empty database of a real server, with zero dates allowed and UTC. */
export async function testDatabase(flavour: MysqlFlavour): Promise<TestDatabase> {
  const server = await sharedMysql(flavour)
  const url = await server.createDatabase()
  const client = await driver.createConnection({
    uri: url,
    charset: 'utf8mb4',
    typeCast: (field) => field.string('utf8'),
  })
  await client.query(`SET SESSION sql_mode = 'STRICT_ALL_TABLES', time_zone = '+00:00'`)
  return {
    url,
    async sql(...statements) {
      let rows: unknown = []
      for (const statement of statements) [rows] = await client.query(statement)
      return rows as Record<string, string>[]
    },
    close: () => client.end(),
  }
}

/** SHOW CREATE of every object of a database, by kind and name; the database's own name is `database`. */
export async function showCreateAll({ sql, url }: TestDatabase): Promise<Record<string, unknown>> {
  const shown: Record<string, unknown> = {}
  const lists = {
    'BASE TABLE': `SELECT TABLE_TYPE AS kind, TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()`,
    ROUTINE: `SELECT ROUTINE_TYPE AS kind, ROUTINE_NAME AS name FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()`,
    TRIGGER: `SELECT 'TRIGGER' AS kind, TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY ACTION_ORDER`,
    EVENT: `SELECT 'EVENT' AS kind, EVENT_NAME AS name FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()`,
  }
  const words: Record<string, string> = { 'BASE TABLE': 'TABLE', 'SYSTEM VERSIONED': 'TABLE' }
  for (const list of Object.values(lists)) {
    for (const { kind, name } of await sql(list)) {
      const [row] = await sql(`SHOW CREATE ${words[kind as string] ?? kind} \`${name?.replaceAll('`', '``')}\``)
      const { Created: _, ...facts } = row as Record<string, string>
      shown[`${kind} ${name}`] = JSON.parse(
        JSON.stringify(facts).replaceAll(new URL(url).pathname.slice(1), 'database'),
      )
    }
  }
  return shown
}
