import type { ObjectStore } from '@dbsnap/core'
import type { InterruptedTake, InterruptionResult } from './interrupted-take.ts'
import type { InterruptionPoint } from './interruption-plan.ts'
import { planInterruptions } from './interruption-plan.ts'
import { findFaults, type KeptSnapshot, takeKept } from './kept-snapshots.ts'
import type { WritePhase } from './write-phase.ts'

export interface InterruptionsOptions {
  /** How many takes are interrupted. */
  readonly count: number
  /** Plain bytes of each. */
  readonly bytes: number
  /** A fresh store over the repository, as another process would open it. */
  readonly openStore: () => ObjectStore
  /** Begins a take of this version and ends it at the point, as hard as can be. */
  readonly interrupt: (version: number, point: InterruptionPoint) => Promise<InterruptedTake>
  readonly onProgress?: (done: number) => void
}

/** Bytes of a pack: what was begun and not finished of one need not be found again. */
const PACK_BYTES = 16 * 1024 * 1024
/** Of the takes that are ended while reading, one in so many is followed by another of the same version. */
const FOLLOWED = 8

/**
 * Interrupts takes into one repository that already holds snapshots, evenly over the take, and after each looks whether
 * every earlier snapshot reads in full and no half one is there, and whether the next take succeeds and stores only
 * what was not left.
 */
export async function runInterruptions(options: InterruptionsOptions): Promise<InterruptionResult> {
  const { count, bytes, openStore, interrupt } = options
  const kept = [await takeKept(openStore(), 1, bytes / 20), await takeKept(openStore(), 2, bytes / 20)]
  const empty = await packsOf(openStore())
  const whole = await takeKept(openStore(), 3, bytes)
  const full = (await packsOf(openStore())) - empty
  const points = planInterruptions(count, bytes, Math.max(1, Math.floor(full / PACK_BYTES)))
  const during: Record<WritePhase, number> = { packs: 0, index: 0, manifest: 0 }
  const failures: string[] = []
  const finished: KeptSnapshot[] = [whole]
  let reused = 0

  for (const [i, point] of points.entries()) {
    const tried = { version: 10 + i, bytes }
    const complain = (text: string): void => void failures.push(`${JSON.stringify(point)}: ${text}`)
    const before = await packsOf(openStore())
    const end = await interrupt(tried.version, point)
    if (!end.reached) complain('the point was never reached')
    for (const phase of end.during) during[phase]++
    const left = (await packsOf(openStore())) - before
    const found = await findFaults(openStore(), { read: kept, list: finished, tried })
    for (const fault of found.faults) complain(fault)
    if (found.finished !== undefined) finished.push(found.finished)
    if (point.at === 'write' || i % FOLLOWED === 0) {
      const next = await takeKept(openStore(), tried.version, bytes)
      finished.push(next)
      const grown = (await packsOf(openStore())) - before - left
      if (left > 0 && grown < full - left / 2) reused++
      if (grown > full - left + PACK_BYTES / 4)
        complain(`${left} bytes were left, and the next take stored ${grown} of ${full}`)
    }
    options.onProgress?.(i + 1)
  }
  const last = { read: [...kept, whole, ...finished.slice(-1)], list: finished.slice(1, -1) }
  failures.push(...(await findFaults(openStore(), last)).faults)
  return {
    kills: points.length,
    duringPacks: during.packs,
    duringIndex: during.index,
    duringManifest: during.manifest,
    bytes,
    reused,
    failures,
  }
}

async function packsOf(store: ObjectStore): Promise<number> {
  let bytes = 0
  for await (const { size } of store.list('packs/')) bytes += size
  return bytes
}
