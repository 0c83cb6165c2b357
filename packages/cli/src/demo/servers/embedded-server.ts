import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type EmbeddedBinaries, embeddedBinaries } from './embedded-binaries.ts'
import { freePort } from './free-port.ts'
import { cannotRun, launchServer, runAs } from './launch-server.ts'
import type { OwnServer } from './own-server.ts'
import type { ServerUser } from './server-user.ts'

const run = promisify(execFile)

const SELF = {
  title: 'PostgreSQL',
  hint: 'Its programs need glibc on Linux (not Alpine). Everything but the demo works with a server of yours.',
}

/** Durability is off: the demo's data lives for a minute. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', listen_addresses: '127.0.0.1', lc_messages: 'C' }

/**
 * Starts a PostgreSQL whose data lies below `folder`, on a free port of the loopback, behind a random password. Its URL is
 * that of the database `postgres`. Resolves when it accepts connections. Whoever removes `folder` stops the server first;
 * if this process dies before, both happen without it. Throws UNSUPPORTED_RUNTIME where the platform cannot run it.
 */
export async function startEmbeddedServer(
  folder: string,
  user: ServerUser | undefined,
  signal?: AbortSignal,
): Promise<OwnServer> {
  const binaries = await embeddedBinaries(folder, user)
  const home = join(folder, 'server')
  await mkdir(home, { mode: 0o700 })
  const password = randomBytes(18).toString('hex')
  await writeFile(join(home, 'password'), password)
  if (user) for (const path of [home, join(home, 'password')]) await chown(path, user.uid, user.gid)
  await initialise(binaries, home, user)
  const port = await freePort()
  const settings: Record<string, string> = { ...SETTINGS, port: String(port), unix_socket_directories: '' }
  const server = await launchServer({
    ...SELF,
    program: binaries.postgres,
    options: [
      '-D',
      join(home, 'data'),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    user,
    folder,
    ready: 'ready to accept connections',
    endsBy: 'QUIT',
    signal,
  })
  const stop = ['stop', '-D', join(home, 'data'), '-m', 'immediate', '-w']
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    stop: () => server.end(() => run(binaries.pgCtl, stop, runAs(user))),
  }
}

async function initialise(binaries: EmbeddedBinaries, home: string, user: ServerUser | undefined): Promise<void> {
  const options = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${join(home, 'password')}`, '--no-sync']
  try {
    await run(binaries.initdb, [...options, '--encoding=UTF8', '--locale=C', '-D', join(home, 'data')], runAs(user))
  } catch (cause) {
    throw cannotRun(SELF, 'could not make its data folder', cause)
  }
}
