import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { guardAgainstOurDeath } from './death-guard.ts'
import { freePort } from './free-port.ts'
import { mongoBinary } from './mongo-binary.ts'
import { temporaryFolder } from './reachable-folder.ts'

/** A running `mongod` of our own. */
export interface MongoProcess {
  readonly port: number
  /** Ends the process, its data stays; `start` brings it back on the same port. */
  halt(signal?: NodeJS.Signals): Promise<void>
  start(): Promise<void>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

/** A server answers within 0.3 s here; a machine this slow has another problem. */
const READY_WITHIN_MS = 60_000

/** Starts a `mongod` on a fresh folder and a free port; resolves once it answers. */
export async function startMongoProcess(parameters: readonly string[]): Promise<MongoProcess> {
  const binary = await mongoBinary()
  const folder = await mkdtemp(join(temporaryFolder(undefined), 'dbsnap-mongodb-'))
  await mkdir(join(folder, 'data'))
  const port = await freePort()
  const place = ['--dbpath', join(folder, 'data'), '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket']
  let running: { readonly server: ChildProcess; readonly ended: Promise<void>; release(): void } | undefined
  const start = async (): Promise<void> => {
    const log = await open(join(folder, 'server.log'), 'a')
    const server = spawn(binary, [...place, '--wiredTigerCacheSizeGB', '0.5', ...parameters], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    await log.close()
    const ended = new Promise<void>((resolve, reject) => server.once('exit', () => resolve()).once('error', reject))
    server.unref()
    running = { server, ended, ...guardAgainstOurDeath(server, folder, 'KILL') }
    if (await isReady(server, port)) return
    await halt('SIGKILL')
    throw new Error(`mongod did not start:\n${(await readFile(join(folder, 'server.log'), 'utf8')).slice(-4000)}`)
  }
  const halt = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    const { server, ended, release } = running ?? { release: () => {} }
    running = undefined
    server?.ref()
    server?.kill(signal)
    await ended
    release()
  }
  const stop = async (): Promise<void> => {
    await halt('SIGKILL') // at once: its data is thrown away
    await rm(folder, { recursive: true, force: true })
  }
  await start().catch(async (error) => {
    await stop()
    throw error
  })
  return { port, start, halt, stop }
}

async function isReady(server: ChildProcess, port: number): Promise<boolean> {
  const deadline = performance.now() + READY_WITHIN_MS
  while (server.exitCode === null && server.signalCode === null && performance.now() < deadline) {
    const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true&serverSelectionTimeoutMS=1000`)
    try {
      await client.db('admin').command({ ping: 1 })
      return true
    } catch {
      await sleep(20) // it does not listen yet
    } finally {
      await client.close()
    }
  }
  return false
}
