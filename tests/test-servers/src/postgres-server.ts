import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { copyCluster } from './copy-cluster.ts'
import { type PostgresVersion, postgresBinaries } from './postgres-binaries.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'
import { serverUser } from './server-user.ts'

export interface PostgresServerOptions {
  /** Major version. Default 18. */
  readonly version?: PostgresVersion
  /** Settings as in postgresql.conf, over ours (nothing is made durable). */
  readonly settings?: Record<string, string>
  /** More arguments of initdb, as in `['--encoding=SQL_ASCII']`. Default: UTF8, C.UTF-8. */
  readonly initdb?: readonly string[]
  /** Makes log-ins of every user need a password, and gives `postgres` this one. Default: none is asked for. */
  readonly password?: string
}

export interface DatabaseOptions {
  readonly template?: string
  readonly encoding?: string
  readonly locale?: string
}

/** A real PostgreSQL server that a test may use. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number
  readonly version: PostgresVersion
  /** Where to log in. Default: database and user `postgres`, a superuser. */
  url(database?: string, user?: string): string
  /** Makes an empty database, under a name never used before by default. Resolves to its URL. */
  createDatabase(name?: string, options?: DatabaseOptions): Promise<string>
  /** Stops the server and removes its data. Quiet when stopped already. A server we did not start stays. */
  stop(): Promise<void>
}

/**
 * Starts a server of its own for one test: fresh cluster, free port, data below the temporary folder, gone at `stop`
 * and when this process ends in any way. Takes 0.2 s once the cluster of that version is in the cache (1 s before).
 * The server at `DBSNAP_TEST_POSTGRES_URL` is used instead where it has the version and no other option is given.
 */
export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const version = options.version ?? 18
  const given = process.env.DBSNAP_TEST_POSTGRES_URL
  if (given && !options.settings && !options.initdb && options.password === undefined) {
    const server = await postgresServerAt(given)
    if (server.version === version) return server
  }
  const user = serverUser()
  const binaries = postgresBinaries(version, user)
  // With a password asked for over TCP only, the socket stays open for setting it.
  const access = options.password === undefined ? [] : ['--auth-host=scram-sha-256', '--auth-local=trust']
  const running = await startServerProcess(binaries, user, {
    settings: options.settings ?? {},
    initdb: [...access, ...(options.initdb ?? [])],
  })
  const base = new URL(`postgres://postgres@127.0.0.1:${running.port}/postgres`)
  if (options.password !== undefined) {
    await setPassword(running, options.password)
    base.password = encodeURIComponent(options.password)
  }
  return serverAt(base, version, running.stop)
}

/** Starts a hot standby of a server that `startPostgres` started. It serves reads when this resolves, and follows the primary. */
export async function startStandby(
  primary: PostgresServer,
  settings: Record<string, string> = {},
): Promise<PostgresServer> {
  const user = serverUser()
  const running = await startServerProcess(postgresBinaries(primary.version, user), user, {
    settings,
    initdb: [],
    fill: (dataFolder) => copyCluster(primary.url(), dataFolder, user),
  })
  return serverAt(new URL(`postgres://postgres@127.0.0.1:${running.port}/postgres`), primary.version, running.stop)
}

/** A server that runs already, at a URL whose user may create databases. Its `stop` leaves it running. */
export async function postgresServerAt(url: string): Promise<PostgresServer> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query(`select current_setting('server_version_num')::int / 10000 as version`)
    return serverAt(new URL(url), rows[0].version, async () => {})
  } finally {
    await client.end()
  }
}

async function setPassword(server: ServerProcess, password: string): Promise<void> {
  const client = new pg.Client({ host: server.folder, port: server.port, user: 'postgres', database: 'postgres' })
  await client.connect()
  try {
    await client.query(`alter role postgres password ${pg.escapeLiteral(password)}`)
  } finally {
    await client.end()
  }
}

function serverAt(base: URL, version: PostgresVersion, stop: () => Promise<void>): PostgresServer {
  let stopped: Promise<void> | undefined
  const url = (database = 'postgres', user = decodeURIComponent(base.username) || 'postgres') => {
    const full = new URL(base)
    full.pathname = `/${encodeURIComponent(database)}`
    full.username = encodeURIComponent(user)
    if (full.username !== base.username) full.password = ''
    return full.href
  }
  const server: PostgresServer = {
    port: Number(base.port || 5432),
    version,
    url,
    createDatabase: async (name = `test_${randomBytes(6).toString('hex')}`, options = {}) => {
      await createDatabase(url(), name, options)
      return url(name)
    },
    stop: () => {
      stopped ??= stop()
      return stopped
    },
    [Symbol.asyncDispose]: () => server.stop(),
  }
  return server
}

async function createDatabase(url: string, name: string, options: DatabaseOptions): Promise<void> {
  const { encoding, locale } = options
  const template = options.template ?? (encoding || locale ? 'template0' : 'template1')
  const clauses = [`template ${pg.escapeIdentifier(template)}`]
  if (encoding) clauses.push(`encoding ${pg.escapeLiteral(encoding)}`)
  if (locale) clauses.push(`lc_collate ${pg.escapeLiteral(locale)} lc_ctype ${pg.escapeLiteral(locale)}`)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`create database ${pg.escapeIdentifier(name)} ${clauses.join(' ')}`)
  } finally {
    await client.end()
  }
}
