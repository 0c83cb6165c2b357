import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { UnsupportedRuntimeError } from '@dbsnap/core/errors'
import { type EmbeddedBinaries, embeddedBinaries } from './embedded-binaries.ts'
import type { ServerUser } from './server-user.ts'

const run = promisify(execFile)

/** A PostgreSQL of our own, for as long as the demo takes. */
export interface EmbeddedServer {
  /** Of the database `postgres`, which is empty, as a superuser. */
  readonly url: string
  /** Stops it at once; its data is to be thrown away. */
  stop(): Promise<void>
}

/**
 * Starts a server whose data lies below `folder`, on a free port of the loopback, behind a random password. Resolves
 * when it accepts connections. Whoever removes `folder` stops the server first; if this process dies before, both
 * happen without it. Throws UNSUPPORTED_RUNTIME where the platform cannot run it.
 */
export async function startEmbeddedServer(folder: string, user: ServerUser | undefined): Promise<EmbeddedServer> {
  const binaries = await embeddedBinaries(folder, user)
  const home = join(folder, 'server')
  await mkdir(home, { mode: 0o700 })
  const password = randomBytes(18).toString('hex')
  await writeFile(join(home, 'password'), password)
  if (user) for (const path of [home, join(home, 'password')]) await chown(path, user.uid, user.gid)
  const as = user ? { uid: user.uid, gid: user.gid, cwd: '/' } : {}
  await initialise(binaries, home, as)
  const port = await freePort()
  const server = await launch(binaries, home, port, as)
  const release = guardAgainstOurDeath(server, folder)
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      server.ref()
      await run(binaries.pgCtl, ['stop', '-D', join(home, 'data'), '-m', 'immediate', '-w'], as)
      release()
    },
  }
}

interface RunAs {
  readonly uid?: number
  readonly gid?: number
  readonly cwd?: string
}

async function initialise(binaries: EmbeddedBinaries, home: string, as: RunAs): Promise<void> {
  const options = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${join(home, 'password')}`, '--no-sync']
  try {
    await run(binaries.initdb, [...options, '--encoding=UTF8', '--locale=C', '-D', join(home, 'data')], as)
  } catch (cause) {
    throw cannotRun('could not make its data folder', cause)
  }
}

/** Durability is off: the demo's data lives for a minute. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', listen_addresses: '127.0.0.1', lc_messages: 'C' }

function launch(binaries: EmbeddedBinaries, home: string, port: number, as: RunAs): Promise<ChildProcess> {
  const settings: Record<string, string> = { ...SETTINGS, port: String(port), unix_socket_directories: '' }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(binaries.postgres, ['-D', join(home, 'data'), ...flags], {
    ...as,
    // A process group of its own, so that Ctrl-C reaches us alone and we end it in order.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return new Promise((resolve, reject) => {
    let log = ''
    server.once('error', (cause) => reject(cannotRun('could not be started', cause)))
    server.once('exit', () => reject(cannotRun('ended while starting', new Error(log))))
    server.stderr.on('data', (text: Buffer) => {
      if (log.length < 10_000) log += text.toString()
      if (!log.includes('ready to accept connections')) return
      server.unref()
      const pipe = server.stderr as { unref?(): void }
      pipe.unref?.()
      resolve(server)
    })
  })
}

function cannotRun(what: string, cause: unknown): UnsupportedRuntimeError {
  return new UnsupportedRuntimeError(`The demo's PostgreSQL ${what} on this machine.`, {
    hint: 'Its programs need glibc on Linux (not Alpine). Everything but the demo works with a server of yours.',
    cause,
  })
}

/**
 * A shell that waits on a pipe from us. However we end, even killed, the pipe closes, and it stops the server and
 * removes the folder. Returns how to send it home. Windows has no such shell: there the server is our child alone.
 */
function guardAgainstOurDeath(server: ChildProcess, folder: string): () => void {
  if (process.platform === 'win32') return () => {}
  const script = [
    'read line && exit 0',
    'kill -QUIT "$1" 2>/dev/null',
    'n=0; while [ -e "$2/server/data/postmaster.pid" ] && [ $n -lt 100 ]; do sleep 0.05; n=$((n+1)); done',
    'rm -rf "$2"',
  ].join('\n')
  const shell = spawn('/bin/sh', ['-c', script, 'dbsnap-demo-guard', String(server.pid), folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  shell.on('error', () => {}) // no /bin/sh: then only a killed demo leaves its folder behind
  shell.stdin.on('error', () => {}) // it is gone already: nothing is left to release
  const pipe = shell.stdin as { unref?(): void }
  pipe.unref?.()
  return () => shell.stdin.end('release\n')
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', resolve)
  })
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return address !== null && typeof address === 'object' ? address.port : 0
}
