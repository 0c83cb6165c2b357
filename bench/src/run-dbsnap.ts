import { spawn } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { BENCH_PASSPHRASE } from './worker-job.ts'

const CLI = join(dirname(createRequire(import.meta.url).resolve('dbsnap/package.json')), 'bin', 'dbsnap.js')
/** Milliseconds between two looks at a process. `VmHWM` only grows, so that the last look is the peak or close to it. */
const LOOK = 20

export interface DbsnapRun {
  readonly exitCode: number | null
  readonly seconds: number
  /** The most memory that the process ever had: `VmHWM`. */
  readonly peakBytes: number
  /** Files that it had open for writing at one of the looks, on Linux; of each the path. */
  readonly written: readonly string[]
  /** Lines and bytes on stdout, and its first 64 KiB. */
  readonly lines: number
  readonly bytes: number
  readonly head: string
}

/** Runs the command line as people do, in a process with Node's default flags. Fails unless it ends with 0 or 1. */
export async function runDbsnap(
  args: readonly string[],
  { repository, signal }: { readonly repository: string; readonly signal: AbortSignal },
): Promise<DbsnapRun> {
  const began = performance.now()
  const env = { ...process.env, DBSNAP_REPO: repository, DBSNAP_PASSPHRASE: BENCH_PASSPHRASE }
  const child = spawn(process.execPath, [CLI, ...args], { env, signal, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { lines: 0, bytes: 0, head: '', errors: '' }
  child.stdout.on('data', (piece: Buffer) => {
    if (said.bytes < 65_536) said.head += piece.toString()
    said.bytes += piece.length
    for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, at + 1)) said.lines++
  })
  child.stderr.on('data', (piece: Buffer) => {
    said.errors = (said.errors + piece.toString()).slice(-4000)
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const { peakBytes, written } = await watchUntil(child.pid ?? 0, ended)
  const exitCode = await ended
  if (exitCode !== 0 && exitCode !== 1)
    throw new Error(`dbsnap ${args[0]} ended with ${exitCode}:\n${said.errors}${said.head}`)
  const { lines, bytes, head } = said
  return { exitCode, seconds: (performance.now() - began) / 1000, peakBytes, written, lines, bytes, head }
}

async function watchUntil(pid: number, ended: Promise<unknown>): Promise<{ peakBytes: number; written: string[] }> {
  let isRunning = true
  const stop = () => {
    isRunning = false
  }
  ended.then(stop, stop)
  let peakBytes = 0
  const written = new Set<string>()
  while (isRunning) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    peakBytes = Math.max(peakBytes, 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0))
    for (const path of await openForWriting(pid)) written.add(path)
    await wait(LOOK)
  }
  return { peakBytes, written: [...written] }
}

/** Files on disks, not pipes, sockets or devices. */
async function openForWriting(pid: number): Promise<string[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const looks = descriptors.map(async (descriptor) => {
    const path = await readlink(`/proc/${pid}/fd/${descriptor}`)
    const info = await readFile(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8')
    const isWritten = (Number.parseInt(/^flags:\s+(\d+)/m.exec(info)?.[1] ?? '0', 8) & 3) !== 0
    return isWritten && path.startsWith('/') && !path.startsWith('/dev/') ? [path] : []
  })
  const seen = await Promise.allSettled(looks) // what was closed meanwhile fails
  return seen.flatMap((look) => (look.status === 'fulfilled' ? look.value : []))
}
