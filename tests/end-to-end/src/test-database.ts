import { randomBytes } from 'node:crypto'
import { type DatabaseOptions, type PostgresServer, type PostgresVersion, sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'

export interface TestDatabaseOptions extends DatabaseOptions {
  /** Of the shared server. Default: the newest. */
  readonly version?: PostgresVersion
  /** A server of its own instead. */
  readonly server?: PostgresServer
}

/** A database of one test's own, with a connection to look at it and to change it. */
export interface TestDatabase {
  readonly url: string
  /** Runs statements; returns the rows of the last one. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>
  /** One more connection, closed with the database. */
  connect(): Promise<pg.Client>
  /** A role that may log in and nothing else, as a URL of this database. */
  stranger(): Promise<{ readonly name: string; readonly url: string }>
  close(): Promise<void>
}

/** Makes a database on the shared server, or the given one, and runs `sql` in it. */
export async function testDatabase(sql = '', options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = options.server ?? (await sharedPostgres(options.version))
  const url = await server.createDatabase(undefined, options)
  const open: pg.Client[] = []
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url, application_name: 'test' })
    client.on('error', () => {}) // a test may end it on purpose
    await client.connect()
    open.push(client)
    return client
  }
  const main = await connect()
  const run: TestDatabase['sql'] = async (text, values) => {
    const result = await main.query(text, values === undefined ? undefined : [...values])
    return (Array.isArray(result) ? result.at(-1) : result).rows
  }
  await run(sql)
  return {
    url,
    sql: run,
    connect,
    stranger: async () => {
      const name = `stranger_${randomBytes(6).toString('hex')}`
      await run(`CREATE ROLE ${name} LOGIN`)
      return { name, url: server.url(decodeURIComponent(new URL(url).pathname.slice(1)), name) }
    },
    close: async () => {
      await Promise.all(open.map((client) => client.end()))
    },
  }
}

/** Resolves as soon as a connection of DBSnap in this database waits for a lock. */
export async function untilDbsnapWaits(database: TestDatabase): Promise<void> {
  const waiting = `SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'dbsnap' AND wait_event_type = 'Lock'`
  while ((await database.sql(waiting)).length === 0) await database.sql('SELECT pg_sleep(0.01)')
}
