import { WRITE_PHASES, WRITE_STEPS, type WritePhase, type WriteStep } from './write-phase.ts'

/** Where a take is ended: when so many bytes were read, or at a step of its nth write of a phase. */
export type InterruptionPoint =
  | { readonly at: 'bytes'; readonly bytes: number }
  | { readonly at: 'write'; readonly phase: WritePhase; readonly write: number; readonly step: WriteStep }

/** Of each phase this share of the interruptions, at least: of 200 it is 16, where 15 are asked for. */
const SHARE_PER_PHASE = 0.08

/**
 * Points spread evenly over a take: most over the bytes it reads, and for each of packs, index and manifest a share
 * over the steps of a write. `packWrites` is how many packs such a take writes.
 */
export function planInterruptions(count: number, bytes: number, packWrites: number): InterruptionPoint[] {
  const perPhase = Math.ceil(count * SHARE_PER_PHASE)
  const points: InterruptionPoint[] = []
  for (const phase of WRITE_PHASES) {
    for (let i = 0; i < perPhase; i++) {
      const step = WRITE_STEPS[i % WRITE_STEPS.length] as WriteStep
      const write = phase === 'packs' ? 1 + (Math.floor(i / WRITE_STEPS.length) % packWrites) : 1
      points.push({ at: 'write', phase, write, step })
    }
  }
  const spread = Math.max(0, count - points.length)
  for (let i = 0; i < spread; i++) points.push({ at: 'bytes', bytes: Math.floor((bytes * i) / spread) })
  return points.slice(0, count)
}
