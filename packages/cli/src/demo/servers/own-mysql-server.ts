import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'
import { cannotRun, launchServer, runAs } from './launch-server.ts'
import { mysqlPrograms } from './mysql-programs.ts'
import type { OwnServer, Surroundings } from './own-server.ts'
import type { ServerUser } from './server-user.ts'

const run = promisify(execFile)

const HINT =
  'A server that is installed may be kept (AppArmor, SELinux) from folders that are not its own. Name one that runs: ' +
  'dbsnap demo mysql --url mysql://user@host:3306, or DBSNAP_DEMO_MYSQL_URL.'

/** Durability is off: the demo's data lives for a minute. */
const SETTINGS: Readonly<Record<string, string>> = {
  'bind-address': '127.0.0.1',
  'innodb-flush-log-at-trx-commit': '0',
  'innodb-flush-method': 'nosync',
  'innodb-buffer-pool-size': '128M',
  'event-scheduler': 'OFF',
}

/**
 * Starts the MariaDB or MySQL of this machine on a data folder below `folder` and a free port of the loopback, behind a
 * random password. Otherwise as `startEmbeddedServer`. Throws UNSUPPORTED_RUNTIME, with what to install, where there is none.
 */
export async function startOwnMysql(
  folder: string,
  user: ServerUser | undefined,
  { variables, signal }: Surroundings,
): Promise<OwnServer> {
  const { title, server, serverOptions, install, installOptions } = await mysqlPrograms(variables)
  const self = { title, hint: HINT }
  const home = join(folder, 'server')
  const password = randomBytes(18).toString('hex')
  await mkdir(home, { mode: 0o700 })
  await writeFile(join(home, 'users.sql'), users(password), { mode: 0o600 })
  if (user) for (const path of [home, join(home, 'users.sql')]) await chown(path, user.uid, user.gid)
  const data = `--datadir=${join(home, 'data')}`
  const as = user ? [`--user=${user.name}`] : []
  try {
    await run(install, [...installOptions, data, ...as], runAs(user))
  } catch (cause) {
    throw cannotRun(self, 'could not make its data folder', cause)
  }
  const port = await freePort()
  const settings = {
    ...SETTINGS,
    port: String(port),
    socket: join(home, 's.sock'),
    'init-file': join(home, 'users.sql'),
  }
  const launched = await launchServer({
    ...self,
    program: server,
    options: [
      ...serverOptions,
      data,
      ...(process.platform === 'win32' ? ['--console'] : ['--skip-name-resolve']),
      '--skip-log-bin',
      ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
    ],
    user,
    folder,
    ready: 'ready for connections',
    endsBy: 'KILL',
    signal,
  })
  return { url: `mysql://demo:${password}@127.0.0.1:${port}/`, stop: () => launched.end() }
}

/** Run by the server before it accepts the first connection: at no moment can anybody enter without the password. */
function users(password: string): string {
  return [
    `ALTER USER root@localhost IDENTIFIED BY '${password}';`,
    ...['127.0.0.1', 'localhost'].flatMap((host) => [
      `CREATE USER demo@'${host}' IDENTIFIED BY '${password}';`,
      `GRANT ALL ON *.* TO demo@'${host}' WITH GRANT OPTION;`,
    ]),
    '',
  ].join('\n')
}
