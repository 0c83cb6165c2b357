import type { WritePhase } from './write-phase.ts'

/** How a take that was ended on the way ended. */
export interface InterruptedTake {
  /** Whether the point where it was to end was reached at all. */
  readonly reached: boolean
  /** What was being written at that moment. */
  readonly during: ReadonlySet<WritePhase>
  /** The snapshot's id, where the take had finished before the end. */
  readonly taken?: string
}

/** What a suite of interrupted takes found. */
export interface InterruptionResult {
  /** Takes that were ended on the way. */
  readonly kills: number
  /** Of them, how many while these were being written. */
  readonly duringPacks: number
  readonly duringIndex: number
  readonly duringManifest: number
  /** Plain bytes of each take. */
  readonly bytes: number
  /** Takes after an interruption that found objects which it had left. */
  readonly reused: number
  /** What broke a promise, in words; empty where all were kept. */
  readonly failures: readonly string[]
}
