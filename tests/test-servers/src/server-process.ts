import { type ChildProcess, spawn } from 'node:child_process'
import { chown, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { asUser, createCluster } from './cluster-template.ts'
import { guardAgainstOurDeath } from './death-guard.ts'
import { freePort } from './free-port.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { temporaryFolder } from './reachable-folder.ts'
import type { ServerUser } from './server-user.ts'

/** A running server of our own. */
export interface ServerProcess {
  readonly port: number
  /** Its folder, with the data folder, the socket and the log in it. Removed by `stop`. */
  readonly folder: string
  stop(): Promise<void>
}

/** Nothing is kept after a test, so nothing is made durable. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '2GB',
  listen_addresses: '127.0.0.1',
  log_timezone: 'UTC',
  timezone: 'UTC',
}

/** A server answers within 0.1 s here; a machine this slow has another problem. */
const READY_WITHIN_MS = 60_000

/** Another process may take the free port before the server does, so a few are tried. */
const PORT_ATTEMPTS = 5

export interface ServerProcessOptions {
  readonly settings: Record<string, string>
  readonly initdb: readonly string[]
  /** Makes the data folder in another way than by initdb. */
  readonly fill?: (dataFolder: string) => Promise<void>
}

/** Starts a server on a fresh cluster, and resolves once it has answered a query. */
export async function startServerProcess(
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
  options: ServerProcessOptions,
): Promise<ServerProcess> {
  const folder = await mkdtemp(join(temporaryFolder(user), 'dbsnap-postgres-'))
  if (user) await chown(folder, user.uid, user.gid)
  try {
    const dataFolder = join(folder, 'data')
    await (options.fill?.(dataFolder) ?? createCluster(binaries, options.initdb, dataFolder, user))
    for (let attempt = 1; ; attempt++) {
      const started = await launch(binaries, user, folder, { ...SETTINGS, ...options.settings })
      if (started) return started
      if (attempt === PORT_ATTEMPTS) throw new Error(`the server did not start:\n${await logOf(folder)}`)
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function launch(
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
  folder: string,
  settings: Record<string, string>,
): Promise<ServerProcess | undefined> {
  const port = await freePort()
  const all = { ...settings, port: String(port), unix_socket_directories: folder }
  const log = await open(join(folder, 'server.log'), 'a')
  const server = spawn(
    join(binaries.folder, 'postgres'),
    ['-D', join(folder, 'data'), ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...asUser(user), detached: true, stdio: ['ignore', log.fd, log.fd] },
  )
  await log.close()
  const ended = new Promise<void>((resolve, reject) => {
    server.once('exit', () => resolve())
    server.once('error', reject)
  })
  server.unref()
  const guard = guardAgainstOurDeath(server, folder, 'QUIT')
  if (!(await isReady(server, port, folder))) {
    server.kill('SIGQUIT')
    await ended
    guard.release()
    const said = await logOf(folder)
    if (said.includes('could not bind') || said.includes('could not create any TCP/IP sockets')) return undefined
    throw new Error(`the server did not start:\n${said}`)
  }
  const stop = async () => {
    server.ref()
    if (server.exitCode === null && server.signalCode === null) server.kill('SIGQUIT') // at once: its data is thrown away
    await ended
    await rm(folder, { recursive: true, force: true })
    guard.release()
  }
  return { port, folder, stop }
}

/** Asks through the socket in the server's own folder: who answers there is ours, whoever may have taken the port. */
async function isReady(server: ChildProcess, port: number, folder: string): Promise<boolean> {
  const deadline = performance.now() + READY_WITHIN_MS
  while (server.exitCode === null && server.signalCode === null && performance.now() < deadline) {
    const client = new pg.Client({ host: folder, port, user: 'postgres', database: 'postgres' })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.end()
      return true
    } catch {
      await sleep(10) // not yet: it does not listen so far, or says "the database system is starting up"
    }
  }
  return false
}

async function logOf(folder: string): Promise<string> {
  const log = await readFile(join(folder, 'server.log'), 'utf8').catch(() => '(no log)')
  return log.slice(-4000)
}
