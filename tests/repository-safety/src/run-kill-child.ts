import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { InterruptedTake } from './interrupted-take.ts'
import type { KillChildOrder } from './kill-child.ts'
import type { WritePhase } from './write-phase.ts'

const CHILD = fileURLToPath(new URL('./kill-child.ts', import.meta.url))

/** Runs a child to the point of its order, kills it there with SIGKILL and tells what it was doing. */
export async function runKillChild(order: KillChildOrder): Promise<InterruptedTake> {
  const child = spawn(process.execPath, ['--conditions=dbsnap:source', '--no-warnings', CHILD, JSON.stringify(order)], {
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
  const open: Record<WritePhase, number> = { packs: 0, index: 0, manifest: 0 }
  let reached = false
  let taken: string | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, rest = ''] = line.split(' ')
    if (word === 'begin') open[rest as WritePhase]++
    if (word === 'end') open[rest as WritePhase]--
    if (word === 'taken') taken = rest
    if (word !== 'reached') continue
    reached = true
    child.kill('SIGKILL')
  }
  const end = await ended
  if (end !== (reached ? 'SIGKILL' : 0)) throw new Error(`a child ended with ${end}: ${complaint}`)
  const during = (Object.keys(open) as WritePhase[]).filter((phase) => open[phase] > 0)
  return { reached, during: new Set(during), ...(taken === undefined ? {} : { taken }) }
}
