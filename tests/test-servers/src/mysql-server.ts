import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { type MysqlFlavour, mysqlBinaries } from './mysql-binaries.ts'
import { startMysqlProcess } from './mysql-process.ts'
import { serverUser } from './server-user.ts'

export interface MysqlServerOptions {
  /** Settings as command line options without the dashes, over ours: `{ 'sql-mode': '' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A real MariaDB or MySQL server that a test may use. */
export interface MysqlServer extends AsyncDisposable {
  readonly flavour: MysqlFlavour
  readonly port: number
  /** Path of its Unix socket; undefined of a server that we did not start. */
  readonly socket: string | undefined
  /** Where to log in. Default: user `root`, without a database. */
  url(database?: string, user?: string): string
  /** Makes an empty database of utf8mb4, under a name never used before by default. Resolves to its URL. */
  createDatabase(name?: string): Promise<string>
  /** Stops the server and removes its data. Quiet when stopped already. A server we did not start stays. */
  stop(): Promise<void>
}

const VARIABLES = { mariadb: 'DBSNAP_TEST_MARIADB_URL', mysql: 'DBSNAP_TEST_MYSQL_URL' } as const

/**
 * Starts a server of its own for one test: fresh data folder, free port, gone at `stop` and when this process ends in
 * any way. Takes 1 to 3 s. The server at `DBSNAP_TEST_MARIADB_URL` or `DBSNAP_TEST_MYSQL_URL` is used instead where no
 * setting is given.
 */
export async function startMysql(flavour: MysqlFlavour, options: MysqlServerOptions = {}): Promise<MysqlServer> {
  const given = process.env[VARIABLES[flavour]]
  if (given && options.settings === undefined) return mysqlServerAt(given, flavour)
  const user = serverUser()
  const running = await startMysqlProcess(mysqlBinaries(flavour, user), user, options.settings ?? {})
  const client = await mysql.createConnection({ socketPath: join(running.folder, 's.sock'), user: 'root' })
  // Over TCP the server may take 127.0.0.1 for no localhost.
  await client.query("create user if not exists root@'127.0.0.1'")
  await client.query("grant all on *.* to root@'127.0.0.1' with grant option")
  await client.end()
  const base = new URL(`mysql://root@127.0.0.1:${running.port}/`)
  return serverAt(base, flavour, join(running.folder, 's.sock'), running.stop)
}

/** A server that runs already, at a URL whose user may create databases. Its `stop` leaves it running. */
export function mysqlServerAt(url: string, flavour: MysqlFlavour): MysqlServer {
  return serverAt(new URL(url), flavour, undefined, async () => {})
}

function serverAt(
  base: URL,
  flavour: MysqlFlavour,
  socket: string | undefined,
  stop: () => Promise<void>,
): MysqlServer {
  let stopped: Promise<void> | undefined
  const url = (database = '', user = decodeURIComponent(base.username)) => {
    const full = new URL(base)
    full.pathname = `/${encodeURIComponent(database)}`
    full.username = encodeURIComponent(user)
    if (full.username !== base.username) full.password = ''
    return full.href
  }
  const server: MysqlServer = {
    flavour,
    port: Number(base.port || 3306),
    socket,
    url,
    createDatabase: async (name = `test_${randomBytes(6).toString('hex')}`) => {
      const client = await mysql.createConnection(url())
      await client.query(`create database ${client.escapeId(name)} character set utf8mb4`)
      await client.end()
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
