import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process of ours that runs one file of this folder. */
export interface ChildProcess {
  readonly pid: number
  /** What it says on stdout, line by line. */
  readonly lines: AsyncIterable<string>
  /** Resolves when it has ended: with its exit code, or the signal that ended it. */
  readonly ended: Promise<string | number | null>
  /** What it said on stderr so far. */
  complaint(): string
  kill(signal: NodeJS.Signals): void
}

/** Starts a file of this folder, with one argument: JSON. */
export function startChild(file: string, order: unknown): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, ['--conditions=dbsnap:source', '--no-warnings', path, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<string | number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(signal ?? code))
  })
  let complaint = ''
  child.stderr.on('data', (text) => {
    complaint += text
  })
  return {
    pid: child.pid as number,
    lines: createInterface({ input: child.stdout }),
    ended,
    complaint: () => complaint,
    kill: (signal) => {
      child.kill(signal)
    },
  }
}
