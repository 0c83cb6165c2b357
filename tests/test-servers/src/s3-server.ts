import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { guardAgainstOurDeath } from './death-guard.ts'
import { freePort } from './free-port.ts'
import { temporaryFolder } from './reachable-folder.ts'
import { versitygwBinary } from './versitygw-binary.ts'

/** A running S3 server of our own. */
export interface S3Server {
  /** `http://127.0.0.1:port`. Path style, region `us-east-1`. */
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Makes an empty bucket of a new name. */
  bucket(): Promise<string>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

/** A server answers within 1 s here; a machine this slow has another problem. */
const READY_WITHIN_MS = 60_000

/** Of servers that listen on this machine alone and live for one test. */
const CREDENTIALS = { accessKeyId: 'dbsnap-test', secretAccessKey: 'only-for-tests-0123456789' } as const

/** Starts a `versitygw` on a fresh folder and a free port; resolves once it answers. */
export async function startS3(): Promise<S3Server> {
  const binary = await versitygwBinary()
  const folder = await mkdtemp(join(temporaryFolder(undefined), 'dbsnap-s3-'))
  const data = join(folder, 'data')
  await mkdir(data)
  const port = await freePort()
  const log = await open(join(folder, 'server.log'), 'a')
  const { accessKeyId, secretAccessKey } = CREDENTIALS
  const server = spawn(binary, ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', data], {
    cwd: folder,
    detached: true,
    env: { ...process.env, ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
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
    throw new Error(`versitygw did not start:\n${said.slice(-4000)}`)
  }
  let buckets = 0
  const bucket = async (): Promise<string> => {
    const name = `bucket-${++buckets}`
    await mkdir(join(data, name)) // a folder there is a bucket of the root user
    return name
  }
  return { endpoint, credentials: CREDENTIALS, bucket, stop }
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
