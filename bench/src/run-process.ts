import { spawn } from 'node:child_process'

export interface ProcessOptions {
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Ends the process and all it started. */
  readonly signal?: AbortSignal | undefined
}

export interface ProcessResult {
  /** From the start to the end of the process. */
  readonly seconds: number
  readonly stdout: string
}

/** Runs a program to its end. Fails, with what it said last, unless it ends with 0. */
export async function runProcess(
  file: string,
  args: readonly string[],
  { env = {}, signal }: ProcessOptions = {},
): Promise<ProcessResult> {
  signal?.throwIfAborted()
  const began = performance.now()
  // A group of its own, so that the members of a pipeline can be ended together.
  const child = spawn(file, args, {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const end = () => endGroup(child.pid)
  signal?.addEventListener('abort', end, { once: true })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text
  })
  try {
    const [code, by] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (...ended) => resolve(ended))
    })
    const seconds = (performance.now() - began) / 1000
    signal?.throwIfAborted()
    if (code !== 0) throw new Error(`${file} ended with ${by ?? code}:\n${said.stderr.slice(-4000)}`)
    return { seconds, stdout: said.stdout }
  } finally {
    signal?.removeEventListener('abort', end)
  }
}

/** Runs commands joined by pipes. Fails where any of them fails. Standard output of the last must be quiet. */
export function runPipeline(
  commands: readonly (readonly string[])[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  let next = 1
  const stages = commands.map(({ length }) => {
    const words = `"\${@:${next}:${length}}"`
    next += length
    return words
  })
  const script = `set -o pipefail; ${stages.join(' | ')}`
  return runProcess('bash', ['-c', script, 'pipeline', ...commands.flat()], options)
}

function endGroup(leader: number | undefined): void {
  if (leader === undefined) return
  try {
    process.kill(-leader, 'SIGTERM')
  } catch {
    // it has ended already, which is what was wanted
  }
}
