import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { guardAgainstOurDeath } from './death-guard.ts'
import { freePort } from './free-port.ts'
import { temporaryFolder } from './reachable-folder.ts'

/** A running server of our own that speaks HTTP. */
export interface HttpServerProcess {
  /** `http://127.0.0.1:port`. */
  readonly endpoint: string
  /** Its folder, with all its data and its log. */
  readonly folder: string
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/** What a server is started with: its arguments, and variables beside ours. */
export interface HttpServerCommand {
  readonly args?: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
}

/** A server answers within 1 s here; a machine this slow has another problem. */
const READY_WITHIN_MS = 60_000

/** Starts `binary` on a fresh folder, in which it runs, and a free port; resolves once it answers. */
export async function startHttpServer(
  binary: string,
  command: (port: number, folder: string) => HttpServerCommand | Promise<HttpServerCommand>,
): Promise<HttpServerProcess> {
  const folder = await mkdtemp(join(temporaryFolder(undefined), `dbsnap-${basename(binary)}-`))
  const port = await freePort()
  const { args = [], variables = {} } = await command(port, folder)
  const log = await open(join(folder, 'server.log'), 'a')
  const server = spawn(binary, args, {
    cwd: folder,
    detached: true,
    env: { ...process.env, ...variables },
    stdio: ['ignore', log.fd, log.fd],
  })
  await log.close()
  const ended = new Promise<void>((resolve, reject) => server.once('exit', () => resolve()).once('error', reject))
  server.unref()
  const guard = guardAgainstOurDeath(server, folder, 'KILL')
  const stop = async (): Promise<void> => {
    server.ref()
    server.kill('SIGKILL') // at once: its data is thrown away
    await ended
    guard.release()
    await rm(folder, { recursive: true, force: true })
  }
  const endpoint = `http://127.0.0.1:${port}`
  if (!(await isReady(server, endpoint))) {
    const said = await readFile(join(folder, 'server.log'), 'utf8')
    await stop()
    throw new Error(`${basename(binary)} did not start:\n${said.slice(-4000)}`)
  }
  return { endpoint, folder, stop }
}

async function isReady(server: ChildProcess, endpoint: string): Promise<boolean> {
  const deadline = performance.now() + READY_WITHIN_MS
  while (server.exitCode === null && server.signalCode === null && performance.now() < deadline) {
    try {
      await (await fetch(endpoint)).arrayBuffer() // a refusal is an answer
      return true
    } catch {
      await sleep(20) // it does not listen yet
    }
  }
  return false
}
