import { startChild } from './child-process.ts'
import type { InterruptedTake } from './interrupted-take.ts'
import type { KillChildOrder } from './kill-child.ts'
import type { WritePhase } from './write-phase.ts'

/** Runs a child to the point of its order, kills it there with SIGKILL and tells what it was doing. */
export async function runKillChild(order: KillChildOrder): Promise<InterruptedTake> {
  const child = startChild('./kill-child.ts', order)
  const open: Record<WritePhase, number> = { packs: 0, index: 0, manifest: 0 }
  let reached = false
  let taken: string | undefined
  for await (const line of child.lines) {
    const [word, rest = ''] = line.split(' ')
    if (word === 'begin') open[rest as WritePhase]++
    if (word === 'end') open[rest as WritePhase]--
    if (word === 'taken') taken = rest
    if (word !== 'reached') continue
    reached = true
    child.kill('SIGKILL')
  }
  const end = await child.ended
  if (end !== (reached ? 'SIGKILL' : 0)) throw new Error(`a child ended with ${end}: ${child.complaint()}`)
  const during = (Object.keys(open) as WritePhase[]).filter((phase) => open[phase] > 0)
  return { reached, during: new Set(during), ...(taken === undefined ? {} : { taken }) }
}
