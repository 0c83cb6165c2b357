import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, mkdtemp, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import mysql from 'mysql2/promise'
import { asUser } from './cluster-template.ts'
import { guardAgainstOurDeath } from './death-guard.ts'
import { freePort } from './free-port.ts'
import type { MysqlBinaries } from './mysql-binaries.ts'
import { cacheFolder, temporaryFolder } from './reachable-folder.ts'
import type { ServerProcess } from './server-process.ts'
import type { ServerUser } from './server-user.ts'

const run = promisify(execFile)

/** Nothing is kept after a test, so nothing is made durable. Small files, because the data folder is copied for each server. */
const SETTINGS: Readonly<Record<string, string>> = {
  'bind-address': '127.0.0.1',
  'innodb-flush-log-at-trx-commit': '0',
  'innodb-flush-method': 'nosync',
  'innodb-buffer-pool-size': '64M',
  'sync-binlog': '0',
  'max-connections': '100',
  'max-allowed-packet': '256M',
  'event-scheduler': 'OFF',
  'default-time-zone': '+00:00',
}

const FLAVOUR_SETTINGS: Readonly<Record<MysqlBinaries['flavour'], Readonly<Record<string, string>>>> = {
  mariadb: { 'innodb-log-file-size': '16M', 'local-infile': '1' },
  // `local_infile` stays off, as at most users.
  mysql: { 'innodb-redo-log-capacity': '64M' },
}

/** A server answers within 3 s here; a machine this slow has another problem. */
const READY_WITHIN_MS = 90_000

/** Another process may take the free port before the server does, so a few are tried. */
const PORT_ATTEMPTS = 5

/** Starts a server on a fresh data folder, and resolves once it has answered. Its `root` has no password. */
export async function startMysqlProcess(
  binaries: MysqlBinaries,
  user: ServerUser | undefined,
  settings: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const folder = await mkdtemp(join(temporaryFolder(user), `dbsnap-${binaries.flavour}-`))
  if (user) await chown(folder, user.uid, user.gid)
  try {
    await createDataFolder(binaries, join(folder, 'data'), user)
    for (let attempt = 1; ; attempt++) {
      const all = { ...SETTINGS, ...FLAVOUR_SETTINGS[binaries.flavour], ...settings }
      const started = await launch(binaries, user, folder, all)
      if (started) return started
      if (attempt === PORT_ATTEMPTS) throw new Error(`the server did not start:\n${await logOf(folder)}`)
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** The server makes a data folder once (3 to 6 s); it is kept in the cache folder and copied from then on. */
async function createDataFolder(binaries: MysqlBinaries, dataFolder: string, user: ServerUser | undefined) {
  const { flavour, fullVersion, install } = binaries
  const identity = createHash('sha256').update(JSON.stringify([install, user?.uid]))
  const clusters = join(cacheFolder(user), 'clusters')
  await mkdir(clusters, { recursive: true })
  if (user) await chown(clusters, user.uid, user.gid)
  const template = join(clusters, `${flavour}-${fullVersion}-${identity.digest('hex').slice(0, 12)}`)
  if (!existsSync(template)) await makeTemplate(install, template, user)
  await run('cp', ['-R', template, dataFolder], asUser(user))
}

async function makeTemplate(install: readonly string[], template: string, user: ServerUser | undefined) {
  const unfinished = `${template}.${randomUUID()}`
  const [program = '', ...options] = install
  await run(program, [...options, `--datadir=${unfinished}`, ...(user ? [`--user=${user.name}`] : [])], asUser(user))
  try {
    await rename(unfinished, template)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    if (!existsSync(template)) throw error // else another process was first, and its folder is as good
  }
}

async function launch(
  binaries: MysqlBinaries,
  user: ServerUser | undefined,
  folder: string,
  settings: Readonly<Record<string, string>>,
): Promise<ServerProcess | undefined> {
  const port = await freePort()
  const socket = join(folder, 's.sock')
  const [program = '', ...first] = binaries.server
  const options = Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
  const log = await open(join(folder, 'server.log'), 'a')
  const server = spawn(
    program,
    [...first, `--datadir=${join(folder, 'data')}`, `--socket=${socket}`, `--port=${port}`, ...options],
    { ...asUser(user), detached: true, stdio: ['ignore', log.fd, log.fd] },
  )
  await log.close()
  const ended = new Promise<void>((resolve, reject) => {
    server.once('exit', () => resolve())
    server.once('error', reject)
  })
  server.unref()
  const guard = guardAgainstOurDeath(server, folder, 'KILL')
  const end = async () => {
    server.ref()
    if (server.exitCode === null && server.signalCode === null) server.kill('SIGKILL') // at once: its data is thrown away
    await ended
  }
  if (!(await isReady(server, socket))) {
    await end()
    guard.release()
    const text = await logOf(folder)
    if (/Can't start server: Bind|Do you already have another/.test(text)) return undefined
    throw new Error(`the server did not start:\n${text}`)
  }
  const stop = async () => {
    await end()
    await rm(folder, { recursive: true, force: true })
    guard.release()
  }
  return { port, folder, stop }
}

/** Asks through the socket in the server's own folder: who answers there is ours, whoever may have taken the port. */
async function isReady(server: ChildProcess, socketPath: string): Promise<boolean> {
  const deadline = performance.now() + READY_WITHIN_MS
  while (server.exitCode === null && server.signalCode === null && performance.now() < deadline) {
    try {
      const client = await mysql.createConnection({ socketPath, user: 'root' })
      await client.end()
      return true
    } catch {
      await sleep(20) // not yet: it does not listen so far
    }
  }
  return false
}

async function logOf(folder: string): Promise<string> {
  const log = await readFile(join(folder, 'server.log'), 'utf8').catch(() => '(no log)')
  return log.slice(-4000)
}
