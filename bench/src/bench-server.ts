import { type PostgresVersion, startPostgres } from '@dbsnap/test-servers'
import pg from 'pg'

export const BENCH_POSTGRES_VERSION: PostgresVersion = 15

/**
 * Above the defaults of 1996: all orders of scale 1 with their indexes fit into the server's memory, and neither a
 * checkpoint nor a vacuum falls into somebody's measurement by chance.
 */
const SETTINGS = {
  shared_buffers: '1GB',
  maintenance_work_mem: '256MB',
  max_wal_size: '16GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
}

/** A server of our own, gone with everything in it when disposed of or when this process ends in any way. */
export interface BenchServer extends AsyncDisposable {
  /** Makes an empty database. Resolves to its URL. */
  create(name: string): Promise<string>
  /** Copies a database that nobody is connected to, file by file: same bytes, same order on disk. Resolves to its URL. */
  copy(template: string, name: string): Promise<string>
  drop(name: string): Promise<void>
  /** Writes out what the server has in its memory, so that the next measurement does not pay for the last one. */
  checkpoint(): Promise<void>
}

/** Starts the server on a free port, its data below the temporary folder. Nothing is made durable. */
export async function startBenchServer(): Promise<BenchServer> {
  const server = await startPostgres({ version: BENCH_POSTGRES_VERSION, settings: SETTINGS })
  const execute = (sql: string) => withClient(server.url(), (client) => client.query(sql))
  return {
    create: (name) => server.createDatabase(name),
    copy: async (template, name) => {
      const [from, to] = [template, name].map(pg.escapeIdentifier)
      await execute(`create database ${to} template ${from} strategy file_copy`)
      return server.url(name)
    },
    drop: async (name) => {
      await execute(`drop database ${pg.escapeIdentifier(name)} with (force)`)
    },
    checkpoint: async () => {
      await execute('checkpoint')
    },
    [Symbol.asyncDispose]: () => server.stop(),
  }
}

/** Lends a connection. */
export async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
