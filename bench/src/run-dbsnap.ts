import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
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
  const peakBytes = await peakUntil(child.pid ?? 0, ended)
  const exitCode = await ended
  if (exitCode !== 0 && exitCode !== 1)
    throw new Error(`dbsnap ${args[0]} ended with ${exitCode}:\n${said.errors}${said.head}`)
  const { lines, bytes, head } = said
  return { exitCode, seconds: (performance.now() - began) / 1000, peakBytes, lines, bytes, head }
}

async function peakUntil(pid: number, ended: Promise<unknown>): Promise<number> {
  let isRunning = true
  const stop = () => {
    isRunning = false
  }
  ended.then(stop, stop)
  let peak = 0
  while (isRunning) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    peak = Math.max(peak, 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0))
    await wait(LOOK)
  }
  return peak
}
